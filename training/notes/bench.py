"""How notes are read: the lines of `make bench-diagnosis` that need no patients."""

from pathlib import Path

from knowledge.catalogue import delhi
from models.notes.catalogue import concepts_of
from models.notes.reader import NoteReader
from training.notes import evaluate, linking, reading
from training.row import Row


def rows(folder: Path) -> list[Row]:
    """Notes, of which nothing is trained. Negation only where the marked sentences lie beside the
    patients."""
    concepts = concepts_of(delhi())
    reader = NoteReader(concepts)
    marked = evaluate.read_marked(folder) if (folder / evaluate.FILE).exists() else []
    ours = reading.times(reader, reading.composed(concepts))
    found = [*_linking(linking.measure(concepts)), _read("note of five sentences, composed", ours)]
    if not marked:
        return found
    parts = {name: evaluate.measure(part) for name, part in evaluate.halves(marked).items()}
    unseen, looked_at = parts["unseen"], parts["looked at"]
    return [
        Row("negation F1, sentences never looked at", f"{unseen.f1:.3f} of {unseen.rows}", f"{looked_at.f1:.3f} of {looked_at.rows} looked at while the rules were written", "≥ .97"),
        Row("time per sentence", f"{unseen.ms_mean:.2f} ms, p95 {unseen.ms_p95:.2f}", "", "≤ 3 ms"),
        *found,
        _read("  of five sentences of real reports", reading.times(reader, reading.of_marked(marked))),
    ]  # fmt: skip


def _linking(found: linking.Measured) -> list[Row]:
    kinds = ", ".join(f"{kind} {share:.3f}" for kind, share in found.by_kind.items())
    words = ", ".join(f"{share:.2f} of {n}" for n, share in found.in_notes_by_words.items())
    nearest = f"nearest alias by difflib {found.nearest:.3f}, exact match 0 (none is a term)"
    return [
        Row(f"linking recall@1, {found.count:,} misspelt aliases", f"{found.recall:.3f}", f"{nearest}; ours by slip: {kinds}", "≥ .95"),
        Row("  linked although the concept is unknown", f"{found.wrong:.1%}", f"nearest alias by difflib {found.wrong_nearest:.1%}", ""),
        Row("  recall where they stand in a sentence", f"{found.in_notes:.3f}", f"by words of the alias: {words} and more", ""),
    ]  # fmt: skip


def _read(what: str, times: reading.Times) -> Row:
    return Row(
        what, f"{times.mean:.1f} ms, p95 {times.p95:.1f} of {times.count}", "", "p95 ≤ 40 ms"
    )
