import hashlib
from collections.abc import Iterable, Sequence

from records_api.core.context import Context
from records_api.terminology import repository
from records_api.terminology.schemas import ConceptIn, Counts
from records_api.terminology.tables import Concept


def add_many(ctx: Context, concepts: Iterable[ConceptIn], *, source: str) -> Counts:
    """Add concepts; one whose code exists takes the new content. The last of a doubled code holds."""
    wanted = {data.code: data.model_dump() for data in concepts}
    known = repository.by_codes(ctx.session, wanted)
    counts, fresh = Counts(), []
    for code, content in wanted.items():
        row = known.get(code)
        if row is None:
            fresh.append({**content, "source": source, "recorded_at": ctx.now})
        elif any(getattr(row, name) != value for name, value in content.items()):
            for name, value in content.items():
                setattr(row, name, value)
            row.source, row.recorded_at = source, ctx.now
            counts.changed += 1
        else:
            counts.unchanged += 1
    counts.added = len(fresh)
    repository.add(ctx.session, fresh)
    ctx.session.flush()
    if counts.added or counts.changed:
        digest = hashlib.sha256(" ".join(sorted(wanted)).encode()).hexdigest()
        ctx.audit("concept.add_many", source=source, digest=digest, **counts.model_dump())
    return counts


def search(ctx: Context, text: str, kind: str | None = None, limit: int = 20) -> Sequence[Concept]:
    """Findings and conditions by words of their English or Hindi name, by code, or by ICD-10."""
    return repository.search(ctx.session, text, kind, limit)
