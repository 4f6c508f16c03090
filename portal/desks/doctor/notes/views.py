"""From notes to what the doctor's pages show of them."""

from collections.abc import Callable, Sequence
from typing import Any

from portal.desks.doctor.notes.pages import (
    Draft,
    Found,
    NoteSearch,
    NotesPanel,
    Piece,
    Refused,
    Said,
    Signed,
)
from portal.render import speaker
from records_api.core.context import Context
from records_api.core.i18n import marked as _
from records_api.notes import service as notes
from records_api.notes.rules import LONGEST, MOST_CHARACTERS
from records_api.notes.schemas import (
    AttachmentKind,
    ExtractionOut,
    MedicineOut,
    NoteDetail,
    ReadingOut,
)

KINDS = {"finding": _("finding"), "condition": _("condition"), "drug": _("medicine")}
SAYS = {
    "affirmed": _("present"),
    "negated": _("absent"),
    "possible": _("in doubt"),
    "historical": _("in the past"),
}
SAYS_OF_DRUGS = {**SAYS, "affirmed": _("named"), "negated": _("not taken")}
OF_ANOTHER = _("of somebody else")
BECOMES = {
    "present": _("Signing records it as present."),
    "absent": _("Signing records it as absent."),
}
STAYS = _("It stays in the note.")
STAYS_CONDITION = _("It stays in the note. Confirm a diagnosis below.")
STAYS_DRUG = _("It stays in the note. It is not a prescription.")
SNIPPET = 160  # characters shown of a note that was found

Speak = Callable[..., str]


def panel(ctx: Context, encounter_id: str, refused: Refused | None = None) -> NotesPanel:
    """The signed notes of a visit and the reader's own drafts. The record is open to them."""
    rows = notes.of_encounter(ctx, encounter_id)
    new = refused if refused and refused.note_id is None else None
    return NotesPanel(
        signed=[_signed(ctx, row) for row in rows if row.status == "signed"],
        drafts=[_draft(ctx, row, refused) for row in rows if row.status == "draft"],
        typed=new.typed if new else "",
        error=new.error if new and new.source == "typed" else None,
        unheard=new.error if new and new.source == "spoken" else None,
        drawing_error=new.error if new and new.source == "drawn" else None,
        limit=MOST_CHARACTERS,
        longest=int(LONGEST),
    )


def search(ctx: Context, patient_id: str, text: str) -> NoteSearch:
    """A patient's signed notes by words. The record is open to the reader."""
    rows = notes.search(ctx, patient_id, text)
    found = [
        Found(r.encounter_id, _around(r.text, text), r.signed_at or r.recorded_at) for r in rows
    ]
    return NoteSearch(text, found)


def _around(text: str, sought: str) -> str:
    """As much of a note as tells why it was found."""
    first = text.casefold().find(sought.split()[0].casefold())
    start = max(0, min(first - SNIPPET // 4, len(text) - SNIPPET))
    shown = text[start : start + SNIPPET]
    return ("…" if start else "") + shown + ("…" if start + SNIPPET < len(text) else "")


def _signed(ctx: Context, note: NoteDetail) -> Signed:
    accepted = [row for row in _live(note) if row.decision == "accepted"]
    return Signed(
        id=note.id,
        source=note.source,
        text=note.text,
        accepted=[_said(ctx, row) for row in accepted],
        signed_at=note.signed_at or note.recorded_at,
        picture=_kept(note, "picture"),
    )


def _draft(ctx: Context, note: NoteDetail, refused: Refused | None) -> Draft:
    live = _live(note)
    said = [_said(ctx, row) for row in live]
    mine = refused if refused and refused.note_id == note.id else None
    return Draft(
        id=note.id,
        version=note.version,
        source=note.source,
        text=note.text,
        pieces=_pieces(note.text, live, said),
        found=said,
        read=note.reading is not None,
        degraded=note.reading is not None and note.reading.degraded,
        reader=_reader(ctx, note.reading),
        begun_at=note.recorded_at,
        recording=_kept(note, "audio"),
        picture=_kept(note, "picture"),
        typed=mine.typed if mine else None,
        error=mine.error if mine else None,
    )


def _kept(note: NoteDetail, kind: AttachmentKind) -> str | None:
    """The newest attachment of a kind that is still there."""
    kept = [a.id for a in note.attachments if a.kind == kind and a.deleted_at is None]
    return kept[-1] if kept else None


def _live(note: NoteDetail) -> list[ExtractionOut]:
    return [row for row in note.extractions if not row.stale]


def _reader(ctx: Context, reading: ReadingOut | None) -> str:
    if reading is None or reading.degraded:
        return ""
    speak = speaker(ctx.language)
    name = speak(reading.model or "")
    return speak(_("Model {name}, version {version}"), name=name, version=reading.model_version)


def _pieces(text: str, rows: Sequence[ExtractionOut], said: Sequence[Said]) -> list[Piece]:
    """The text cut at its extractions; of two that overlap the first is shown, and none struck."""
    pieces, done = [], 0
    for row, words in zip(rows, said, strict=True):
        if row.start < done or row.decision == "struck":
            continue
        pieces += [Piece(text[done : row.start]), Piece(text[row.start : row.end], words)]
        done = row.end
    return [piece for piece in (*pieces, Piece(text[done:])) if piece.text]


def _said(ctx: Context, row: ExtractionOut) -> Said:
    speak = speaker(ctx.language)
    told = speak((SAYS_OF_DRUGS if row.kind == "drug" else SAYS)[row.assertion])
    if row.experiencer == "other":
        told = f"{told}, {speak(OF_ANOTHER)}"
    return Said(
        id=row.id,
        kind=speak(KINDS[row.kind]),
        name=row.name,
        text=row.text,
        told=told,
        becomes=speak(_becomes(row)),
        dose=_dose(speak, row.dose or {}),
        decision=row.decision,
        medicine=_medicine(speak, row.medicine) if row.medicine else None,
        tone="other" if row.experiencer == "other" else row.assertion,
    )


def _becomes(row: ExtractionOut) -> str:
    if row.becomes is not None:
        return BECOMES[row.becomes]
    return {"condition": STAYS_CONDITION, "drug": STAYS_DRUG}.get(row.kind, STAYS)


def _medicine(speak: Speak, item: MedicineOut) -> str:
    return speak(_("in the medicine list: {name}, {code}"), name=item.name, code=item.code)


def _dose(speak: Speak, dose: dict[str, Any]) -> str:
    """How a drug is given, as far as the note says."""
    parts = []
    if dose.get("strength") is not None:
        parts.append(f"{dose['strength']:g} {dose.get('unit') or ''}".strip())
    if dose.get("per_day") is not None:
        times = dose["per_day"]
        if times >= 1:
            parts.append(speak(_("{times} times a day"), times=f"{times:g}"))
        else:
            parts.append(speak(_("every {days} days"), days=f"{1 / times:g}"))
    if dose.get("as_needed"):
        parts.append(speak(_("as needed")))
    if dose.get("days") is not None:
        parts.append(speak(_("for {days} days"), days=f"{dose['days']:g}"))
    return ", ".join(parts)
