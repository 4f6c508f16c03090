from dataclasses import dataclass, field

from portal.render import Page


@dataclass(frozen=True)
class AccountPage(Page):
    """`secret` and `picture` (an SVG of the QR code) are shown once, while it is being set up."""

    template = "desks/account/account.html"

    username: str
    confirmed: bool
    secret: str | None = None
    picture: str | None = None
    errors: dict[str, str] = field(default_factory=dict)
