from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from records_api.core.columns import Id, Instant, Name
from records_api.core.db import Base, UTCDateTime


class Account(Base):
    """Somebody who signs in: a member of staff, or a resident (`patient_id`)."""

    __tablename__ = "accounts"

    id: Mapped[Id]
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[Name]
    password_hash: Mapped[str] = mapped_column(String(200), doc="argon2id")
    roles: Mapped[str] = mapped_column(String(200), doc="names joined by spaces")
    facility_id: Mapped[str | None] = mapped_column(ForeignKey("facilities.id"))
    patient_id: Mapped[str | None] = mapped_column(ForeignKey("patients.id"), unique=True)
    totp_secret: Mapped[str | None] = mapped_column(String(300), doc="encrypted")
    totp_confirmed: Mapped[bool] = mapped_column(default=False)
    totp_last_step: Mapped[int | None] = mapped_column(doc="a code counts once")
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    disabled: Mapped[bool] = mapped_column(default=False)
    synthetic: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[Instant]
    version: Mapped[int] = mapped_column(default=1, doc="of what an administrator changes")


class RefreshToken(Base):
    """Good for one use. A second use means that it was stolen: the whole family ends."""

    __tablename__ = "refresh_tokens"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    family: Mapped[str] = mapped_column(String(36), index=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    expires_at: Mapped[Instant]
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
