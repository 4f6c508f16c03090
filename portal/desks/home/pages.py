from dataclasses import dataclass, field

from portal.render import Page


@dataclass(frozen=True)
class HomePage(Page):
    template = "desks/home/home.html"


@dataclass(frozen=True)
class SignInPage(Page):
    template = "desks/home/sign_in.html"

    then: str
    username: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CodePage(Page):
    """The second step, for those who use an authenticator."""

    template = "desks/home/code.html"

    then: str
    pending: str
    errors: dict[str, str] = field(default_factory=dict)
