"""What the model service reads from a note, and what accepting it means for the findings."""

from collections.abc import Collection, Iterable, Sequence

from records_api.consent.service import open_record
from records_api.core.context import Context
from records_api.core.errors import Conflict, Invalid, ModelUnavailable
from records_api.core.models import ModelService
from records_api.encounters import repository as encounters
from records_api.encounters.schemas import FindingsIn
from records_api.notes import repository, rules
from records_api.notes.schemas import Extracted, ExtractionOut, MedicineOut, ReadingOut, Span
from records_api.notes.tables import Extraction, Note, Reading
from records_api.pharmacy import repository as pharmacy
from records_api.pharmacy.naming import Named, names_item
from records_api.pharmacy.tables import Item
from records_api.terminology.tables import Concept
from serving.common import digest
from serving.notes.schema import Mention, NotesAnswer, NotesRequest


def extract(ctx: Context, models: ModelService, encounter_id: str, text: str) -> Extracted:
    """What a text names that nobody keeps. Without the model it names nothing."""
    encounter = encounters.get(ctx.session, encounter_id)
    open_record(ctx, encounter.patient_id, "note.extract")
    answer = _ask(ctx, models, NotesRequest(text=text))
    mentions = _known(ctx, answer.mentions) if answer else []
    concepts = _concepts(ctx, mentions)
    spans = [
        Span(
            **_meaning(ctx, mention, concepts.get(mention.code)),
            start=mention.start,
            end=mention.end,
            dose=mention.dose.model_dump() if mention.dose else None,
        )
        for mention in mentions
    ]
    return Extracted(
        model=answer.model.name if answer else None,
        model_version=answer.model.version if answer else None,
        degraded=answer is None,
        extractions=spans,
    )


def read(ctx: Context, models: ModelService, note: Note) -> ReadingOut:
    """Read a draft that the caller has opened and keep what is found. Decisions on what stands
    there still are kept; what was found before and not decided makes room.

    Raises `Conflict` when the draft changed while the model thought."""
    note_id, version, request = note.id, note.version, NotesRequest(text=note.text)
    answer = _ask(ctx, models, request)
    note = repository.get(ctx.session, note_id)
    ctx.session.refresh(note)
    if (note.version, note.status) != (version, "draft"):
        raise Conflict("The note changed while it was read. Read it again.", field="note_id")
    reading = Reading(
        note_id=note_id,
        model=answer.model.name if answer else None,
        model_version=answer.model.version if answer else None,
        inputs_digest=digest(request),
        read_at=ctx.now,
    )
    ctx.session.add(reading)
    ctx.session.flush()
    if answer is not None:
        _keep(ctx, note_id, reading.id, _known(ctx, answer.mentions))
    return _told(reading)


def _ask(ctx: Context, models: ModelService, request: NotesRequest) -> NotesAnswer | None:
    ctx.session.commit()  # no transaction stays open while the model thinks
    try:
        answer = models.notes(request)
    except ModelUnavailable:
        return None
    # Spans point into the text that was sent; one that does not is no answer to it.
    fits = all(m.text == request.text[m.start : m.end] for m in answer.mentions)
    return answer if fits else None


def _known(ctx: Context, mentions: Sequence[Mention]) -> list[Mention]:
    """Without what the terminology of this city lacks; drugs are not in it."""
    unknown: set[str] = set()
    for kind in ("finding", "condition"):
        codes = [m.code for m in mentions if m.kind == kind]
        unknown |= encounters.unknown_codes(ctx.session, kind, codes)
    return [m for m in mentions if m.kind == "drug" or m.code not in unknown]


def _keep(ctx: Context, note_id: str, reading_id: str, mentions: Iterable[Mention]) -> None:
    live = [row for row in repository.extractions(ctx.session, [note_id]) if not row.stale]
    decided = {_key(row.span_start, row.span_end, row) for row in live if row.decision}
    for row in live:
        row.stale = row.decision is None
    ctx.session.add_all(
        Extraction(
            note_id=note_id,
            reading_id=reading_id,
            span_start=mention.start,
            span_end=mention.end,
            text=mention.text,
            kind=mention.kind,
            code=mention.code,
            name=mention.name[:200],
            assertion=mention.assertion,
            experiencer=mention.experiencer,
            dose=mention.dose.model_dump() if mention.dose else None,
            score=mention.score,
        )
        for mention in mentions
        if _key(mention.start, mention.end, mention) not in decided
    )
    ctx.session.flush()


def _key(start: int, end: int, said: Mention | Extraction) -> tuple[int, int, str, str, str]:
    return start, end, said.code, said.assertion, said.experiencer


def move(ctx: Context, note: Note, text: str) -> None:
    """Let the extractions of a note follow an edit of its text; those it touched go stale."""
    live = [row for row in repository.extractions(ctx.session, [note.id]) if not row.stale]
    spans = [(row.span_start, row.span_end) for row in live]
    for row, place in zip(live, rules.moved(spans, note.text, text), strict=True):
        if place is None:
            row.stale = True
        else:
            row.span_start, row.span_end = place


def latest(ctx: Context, note_id: str) -> ReadingOut | None:
    row = repository.reading(ctx.session, note_id)
    return _told(row) if row else None


def _told(row: Reading) -> ReadingOut:
    return ReadingOut(
        model=row.model,
        model_version=row.model_version,
        degraded=row.model is None,
        read_at=row.read_at,
    )


def shown(ctx: Context, note_ids: Collection[str]) -> list[ExtractionOut]:
    """Extractions with their names and what they become, in the order of the text."""
    rows = repository.extractions(ctx.session, note_ids)
    concepts, medicines = _concepts(ctx, rows), _medicines(ctx, rows)
    return [
        ExtractionOut(
            **_meaning(ctx, row, concepts.get(row.code)),
            id=row.id,
            medicine=medicines.get(row.id),
            start=row.span_start,
            end=row.span_end,
            dose=row.dose,
            stale=row.stale,
            decision=row.decision,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
        )
        for row in rows
    ]


def _medicines(ctx: Context, rows: Iterable[Extraction]) -> dict[str, MedicineOut]:
    """Of each accepted drug, by the extraction's id, the one item of the medicine list that it names."""
    said = {row.id: row for row in rows if row.kind == "drug" and row.decision == "accepted"}
    items = pharmacy.items_called(ctx.session, (row.name for row in said.values()))
    found = {}
    for row_id, row in said.items():
        dose = row.dose or {}
        named = Named(row.name, dose.get("strength"), dose.get("unit"), dose.get("form"))
        fitting = [item for item in items if names_item(named, item.name)]
        if len(fitting) == 1:
            found[row_id] = _medicine(fitting[0], ctx.language)
    return found


def _medicine(item: Item, language: str) -> MedicineOut:
    name = (language == "hi" and item.name_hi) or item.name
    return MedicineOut(item_id=item.id, code=item.code, name=name, atc=item.atc)


def _concepts(ctx: Context, said: Iterable[Mention | Extraction]) -> dict[str, Concept]:
    return encounters.concepts(ctx.session, (one.code for one in said))


def _meaning(
    ctx: Context, said: Mention | Extraction, concept: Concept | None
) -> dict[str, object]:
    """What an extraction says, by whichever of the two it comes."""
    name = concept.named(ctx.language) if concept else said.name
    return {
        "text": said.text,
        "kind": said.kind,
        "code": said.code,
        "name": name,
        "assertion": said.assertion,
        "experiencer": said.experiencer,
        "score": said.score,
        "becomes": _becomes(said, concept),
    }


def _becomes(said: Mention | Extraction, concept: Concept | None) -> str | None:
    antecedent = bool(concept and concept.detail.get("is_antecedent"))
    return rules.finding_status(said.kind, said.assertion, said.experiencer, antecedent=antecedent)


def accepted_findings(ctx: Context, note: Note) -> FindingsIn:
    """The findings of what was accepted. Raises `Invalid` when one is both present and absent."""
    accepted = [
        row
        for row in repository.extractions(ctx.session, [note.id])
        if row.decision == "accepted" and not row.stale
    ]
    concepts = _concepts(ctx, accepted)
    said = [
        (row.code, status)
        for row in accepted
        if (status := _becomes(row, concepts.get(row.code))) is not None
    ]
    torn = rules.both_ways(said)
    if torn is not None:
        concept = concepts.get(torn)
        raise Invalid(
            "The note says that {name} is present and absent. Strike one of the two.",
            field="extractions",
            name=concept.name_en if concept else torn,
        )
    statuses = dict(said)
    return FindingsIn(
        present=[code for code, status in statuses.items() if status == "present"],
        absent=[code for code, status in statuses.items() if status == "absent"],
    )
