"""What a note was made from: checked, encrypted before it reaches the database, and read again.

Neither content nor anything in it reaches a log, an error or the audit."""

import hashlib

from cryptography.fernet import InvalidToken

from records_api.core.context import Context
from records_api.core.errors import Invalid, NotFound
from records_api.core.keys import vault
from records_api.identity.pictures import checked
from records_api.notes.rules import LARGEST, media_type
from records_api.notes.tables import Attachment

_WRONG = {
    "audio": "This is no recording that can be kept: WAV, Ogg, WebM, FLAC or MP4.",
    "ink": "This is not an InkML document without a document type.",
}


def keep(ctx: Context, note_id: str, kind: str, content: bytes) -> Attachment:
    """Raises `Invalid` for content that is not of its kind, or too large."""
    if len(content) > LARGEST[kind]:
        raise Invalid(
            "The file is larger than {largest} MB. Send a smaller one.",
            field="content",
            largest=LARGEST[kind] // 1_000_000,
        )
    row = Attachment(
        note_id=note_id,
        kind=kind,
        media_type=_media_type(kind, content),
        content=vault().encrypt(content),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        recorded_at=ctx.now,
    )
    ctx.session.add(row)
    ctx.session.flush()
    return row


def _media_type(kind: str, content: bytes) -> str:
    if kind == "picture":
        return checked(content, "content")
    found = media_type(kind, content)
    if found is None:
        raise Invalid(_WRONG[kind], field="content")
    return found


def content(row: Attachment) -> tuple[bytes, str]:
    """Raises `NotFound` when it was deleted, or encrypted with a key that is lost."""
    try:
        if row.content is not None:
            return vault().decrypt(row.content), row.media_type
    except InvalidToken:
        pass
    raise NotFound("This attachment is no longer kept.", field="attachment_id")
