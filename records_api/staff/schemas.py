from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator
from pydantic.json_schema import SkipJsonSchema

from records_api.staff.rules import CODE_SECONDS, LONGEST_PASSWORD

StaffRole = Literal["admin", "clerk", "doctor", "nurse", "pharmacist", "planner", "resident"]
Username = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, to_lower=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{1,63}$"
    ),
]
Password = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_PASSWORD)]
TotpCode = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{6}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class SignIn(BaseModel):
    """`code` is the six digits of the authenticator, for those who use one."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"username": "dr.rao", "password": "three words together"}]
        },
    )

    username: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    password: Password
    code: TotpCode | None = None


class RefreshIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    refresh_token: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(
        examples=["7Jv0m0r0…"]
    )


class CodeIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: TotpCode = Field(examples=["492039"])


class AccountIn(BaseModel):
    """An account for a member of staff, or for a resident (role `resident` and `patient_id`)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "username": "dr.rao",
                    "name": "Dr Meera Rao",
                    "password": "three words together",
                    "roles": ["doctor"],
                }
            ]
        },
    )

    id: SkipJsonSchema[str | None] = Field(default=None, exclude=True, max_length=36)
    username: Username
    name: Name
    password: Password
    roles: list[StaffRole] = Field(min_length=1, max_length=7)
    facility_id: str | None = Field(default=None, max_length=36)
    patient_id: str | None = Field(default=None, max_length=36)


class AccountChange(BaseModel):
    """Fields left out stay as they are. New roles, a new password and disabling end open sign-ins."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"roles": ["doctor"], "disabled": False}]}
    )

    name: Name | None = None
    password: Password | None = None
    roles: list[StaffRole] | None = Field(default=None, min_length=1, max_length=7)
    facility_id: str | None = Field(default=None, max_length=36)
    disabled: bool | None = None


class StaffListed(BaseModel):
    """What anybody who signed in may know of a colleague or doctor."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    roles: list[str]
    facility_id: str | None

    @field_validator("roles", mode="before")
    @classmethod
    def _split(cls, value: str | list[str]) -> list[str]:
        return value.split() if isinstance(value, str) else value


class AccountOut(StaffListed):
    username: str
    patient_id: str | None
    totp_confirmed: bool
    disabled: bool
    synthetic: bool
    version: int


class Tokens(BaseModel):
    """The access token goes into `Authorization: Bearer`; the refresh token is good for one use."""

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    expires_in: int = Field(description="seconds until the access token ends")
    account: AccountOut


class TotpSecret(BaseModel):
    """Shown once. It counts only after it was confirmed with a code."""

    secret: str
    uri: str = Field(description="otpauth:// address for the QR code")
    period: int = CODE_SECONDS
