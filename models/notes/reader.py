"""A note in, mentions out: what is named, where, what is said of it and of whom."""

from collections.abc import Sequence

from models.notes.abbreviations import explained
from models.notes.assertion import judge
from models.notes.dosage import read_dosage
from models.notes.lexicon import plain_words
from models.notes.linking import Link, Linker
from models.notes.terms import SMALL_WORDS, Match, Terms
from models.notes.tokens import Token, sentences, tokenise
from models.notes.values import Concept, Kind, Mention

LONGEST_RUN = 3  # words of a misspelt term that are tried together
SHORTEST = 4  # letters; shorter words are too like one another
NOTE_LEAST = 0.8  # likeness from which a word of a note is taken for a term misspelt
DRUG_LEAST = 0.85  # drugs that are not the same have names alike: prednisone, prednisolone
MOST_TRIED = 3_000  # runs of words tried by likeness in one note


class NoteReader:
    """Reads notes against the concepts given. One reader may serve many threads."""

    def __init__(self, concepts: Sequence[Concept]) -> None:
        self.terms = Terms(concepts)
        self._linker = Linker(concepts)
        self._by_likeness = bool(concepts)

    def read(self, text: str) -> tuple[Mention, ...]:
        """Mentions in order of place, none overlapping another. Takes any text."""
        tokens = tokenise(text)
        parts = sentences(tokens)
        exact = [self.terms.find(part) for part in parts]
        self._add_likely(parts, exact)
        self._add_explained(text, parts, exact)
        return tuple(
            mention
            for part, matches in zip(parts, exact, strict=True)
            for mention in _mentions(text, part, matches)
        )

    def _add_likely(self, parts: Sequence[list[Token]], matched: list[list[Match]]) -> None:
        """Words that are no term, but like one."""
        if not self._by_likeness:
            return
        runs: list[tuple[int, int, int]] = []
        for number, (part, matches) in enumerate(zip(parts, matched, strict=True)):
            taken = {i for match in matches for i in range(match.first, match.last)}
            runs += [(number, *run) for run in _runs(part, taken)]
            if len(runs) > MOST_TRIED:
                break
        runs = runs[:MOST_TRIED]
        texts = [" ".join(t.norm for t in parts[n][first:last]) for n, first, last in runs]
        links = self._linker.link_all(texts, NOTE_LEAST)
        likely = [
            (-link.score, first - last, number, first, last, link)
            for (number, first, last), text, link in zip(runs, texts, links, strict=True)
            if link is not None and _sure(text, link)
        ]
        for _, _, number, first, last, link in sorted(likely, key=lambda one: one[:5]):
            matches = matched[number]
            if all(last <= other.first or other.last <= first for other in matches):
                matches.append(Match(first, last, link.concept, round(link.score, 4)))
        for matches in matched:
            matches.sort(key=lambda match: match.first)

    def _add_explained(
        self, text: str, parts: Sequence[list[Token]], matched: list[list[Match]]
    ) -> None:
        """Short forms that the note explains stand for the concept of their long form."""
        with self.terms.zone() as nlp:
            pairs = explained(nlp, text, parts)
        if not pairs:
            return
        meant: dict[tuple[int, int], Concept] = {}
        for part, matches in zip(parts, matched, strict=True):
            for match in matches:
                place = part[match.first].start, part[match.last - 1].end
                for _, (start, end) in pairs:
                    if start <= place[0] and place[1] <= end:
                        meant.setdefault((start, end), match.concept)
        uses = {use: meant[long] for use, long in pairs if long in meant}
        for part, matches in zip(parts, matched, strict=True):
            for index, token in enumerate(part):
                concept = uses.get((token.start, token.end))
                if concept is not None:
                    kept = [m for m in matches if m.last <= index or index < m.first]
                    own = Match(index, index + 1, concept)
                    matches[:] = sorted([*kept, own], key=lambda match: match.first)


def _runs(part: Sequence[Token], taken: set[int]) -> list[tuple[int, int]]:
    """Runs of words worth trying: none matched, none a small or plain word at either end."""
    found: list[tuple[int, int]] = []
    for first in range(len(part)):
        for last in range(first + 1, min(first + LONGEST_RUN, len(part)) + 1):
            token = part[last - 1]
            if last - 1 in taken or not token.is_word or token.norm[0].isdigit():
                break
            if any(_plain(part[end].norm) for end in (first, last - 1)):
                continue
            if part[last - 1].end - part[first].start >= SHORTEST:
                found.append((first, last))
    return found


def _sure(text: str, link: Link) -> bool:
    if link.concept.kind is Kind.DRUG:
        return link.score >= DRUG_LEAST
    return len(text) > SHORTEST or link.score > 0.9


def _plain(word: str) -> bool:
    return word in SMALL_WORDS or word in plain_words() or len(word) < 3


def _mentions(text: str, part: Sequence[Token], matches: Sequence[Match]) -> list[Mention]:
    found: list[Mention] = []
    for number, match in enumerate(matches):
        start, end = part[match.first].start, part[match.last - 1].end
        said = judge(part, match.first, match.last)
        dosage = None
        if match.concept.kind is Kind.DRUG:
            limit = next(
                (part[m.first].start for m in matches[number + 1 :] if m.concept.kind is Kind.DRUG),
                part[-1].end,
            )
            dosage = read_dosage(text, start, end, limit)
        found.append(
            Mention(
                concept_id=match.concept.id,
                kind=match.concept.kind,
                start=start,
                end=end,
                text=text[start:end],
                assertion=said.assertion,
                experiencer=said.experiencer,
                score=match.score,
                dosage=dosage,
            )
        )
    return found
