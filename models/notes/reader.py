"""A note in, mentions out: what is named, where, what is said of it and of whom."""

from collections.abc import Iterator, Sequence
from itertools import islice

from models.notes.abbreviations import explained
from models.notes.assertion import judge
from models.notes.dosage import read_dosage
from models.notes.lexicon import plain_words
from models.notes.linking import Link, Linker
from models.notes.spelling import Spelling
from models.notes.terms import SMALL_WORDS, Match, Terms, joined, stem, stems
from models.notes.tokens import Token, sentences, tokenise
from models.notes.values import Concept, Kind, Mention

SHORTEST = 4  # letters; shorter words are too like one another
NOTE_LEAST = 0.8  # likeness from which a word of a note is taken for a term misspelt
DRUG_LEAST = 0.85  # drugs that are not the same have names alike: prednisone, prednisolone
MOST_TRIED = 3_000  # words, and runs of words, tried by likeness in one note


class NoteReader:
    """Reads notes against the concepts given. One reader may serve many threads."""

    def __init__(self, concepts: Sequence[Concept]) -> None:
        self.terms = Terms(concepts)
        self._linker = Linker(concepts)
        self._spelling = Spelling(self.terms.phrases)

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
        """Words that are no term, but like one. Where an exact match is only a part of them, they
        are what is meant."""
        runs = list(islice(self._runs(parts), MOST_TRIED))
        texts = [_written(parts[number][first:last]) for number, first, last in runs]
        links = self._linker.link_all(texts, NOTE_LEAST)
        likely = [
            (number, Match(first, last, link.concept, round(link.score, 4)))
            for (number, first, last), text, link in zip(runs, texts, links, strict=True)
            if link is not None and _sure(text, link)
        ]
        for number, own in sorted(likely, key=lambda one: (-one[1].length, -one[1].score)):
            matches = matched[number]
            others = [m for m in matches if m.first < own.last and own.first < m.last]
            if all(_is_part(other, own) for other in others):
                matches[:] = [*(m for m in matches if m not in others), own]
        for matches in matched:
            matches.sort(key=lambda match: match.first)

    def _runs(self, parts: Sequence[list[Token]]) -> Iterator[tuple[int, int, int]]:
        """Sentence, first token and token after the last of what may be a term misspelt."""
        words = {
            stem(token.norm): None
            for part in parts
            for token in part
            if token.is_word and not (_plain(token.norm) or _plain(stem(token.norm)))
        }
        meant = self._spelling.meant(islice(words, MOST_TRIED))
        for number, part in enumerate(parts):
            for places in joined(part):
                for first, last in self._spelling.runs(stems(part[i] for i in places), meant):
                    yield number, places[first], places[last - 1] + 1

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


def _written(tokens: Sequence[Token]) -> str:
    return " ".join(token.norm for token in tokens if token.is_word)


def _is_part(match: Match, whole: Match) -> bool:
    """Whether it is an exact match of some of the words of a longer one."""
    inside = whole.first <= match.first and match.last <= whole.last
    return inside and match.score == 1 and match.length < whole.length


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
