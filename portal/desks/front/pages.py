from dataclasses import dataclass, field

from portal.render import Page


@dataclass(frozen=True)
class HomePage(Page):
    template = "desks/front/first.html"


@dataclass(frozen=True)
class SignInPage(Page):
    template = "desks/front/sign_in.html"

    then: str
    username: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CodePage(Page):
    """The second step, for those who use an authenticator."""

    template = "desks/front/code.html"

    then: str
    pending: str
    errors: dict[str, str] = field(default_factory=dict)
