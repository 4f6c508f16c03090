"""The assertion of a named concept in a sentence: where it stands, and what is said of it there."""

from collections.abc import Sequence

from models.notes.assertion import Judgement, judge
from models.notes.likeness import most_like
from models.notes.tokens import Token, sentences, tokenise

LIKE_ENOUGH = 0.6  # likeness (0..1) from which other words are taken to name the concept
SEARCHED = 2_000  # words of a sentence among which a misspelt concept is looked for


def judge_concept(sentence: str, concept: str) -> Judgement:
    """What `sentence` says of `concept`, and of whom. Takes any two strings.

    A concept that does not stand there literally (but for case, blanks and punctuation) is sought
    by likeness, and failing that the sentence as a whole is judged.
    """
    parts = sentences(tokenise(sentence))
    wanted = [token.norm for token in tokenise(concept) if token.is_word]
    places = _literal(parts, wanted)
    if not places:
        likely = _likely(parts, wanted)
        if likely is None:
            return _whole(parts)
        places = [likely]
    part, first, last = _told(parts, places)
    return judge(parts[part], first, last)


Place = tuple[int, int, int]  # sentence, first token, token after the last


def _literal(parts: Sequence[Sequence[Token]], wanted: Sequence[str]) -> list[Place]:
    """Where the letters of the concept stand, from a token's beginning to a token's end; a plural
    will do. Letters are compared without the blanks and signs between them."""
    letters = "".join(wanted)
    if not letters:
        return []
    found: list[Place] = []
    for part, tokens in enumerate(parts):
        for first, token in enumerate(tokens):
            if not token.is_word or not (
                letters.startswith(_letters(token)) or _letters(token).startswith(letters)
            ):
                continue
            last = _ends_at(tokens, first, letters)
            if last is not None:
                found.append((part, first, last))
    return found


def _letters(token: Token) -> str:
    if token.norm.isalnum():
        return token.norm
    return "".join(c for c in token.norm if c.isalnum() or not c.isascii())


def _ends_at(tokens: Sequence[Token], first: int, letters: str) -> int | None:
    read = 0
    for index in range(first, len(tokens)):
        if not tokens[index].is_word:
            continue
        own = _letters(tokens[index])
        rest = letters[read:]
        if own in (rest, rest + "s", rest + "es"):
            return index + 1
        if not rest.startswith(own):
            return None
        read += len(own)
    return None


def _told(parts: Sequence[Sequence[Token]], places: Sequence[Place]) -> Place:
    """Of several places the one that is set off in capitals, else the first that is no heading."""
    if len(places) == 1:
        return places[0]
    marked = [place for place in places if _upper(parts[place[0]][place[1] : place[2]])]
    if marked and len(marked) < len(places):
        places = marked
    for part, first, last in places:
        if parts[part][last : last + 1] and parts[part][last].norm == ":":
            continue
        return part, first, last
    return places[0]


def _upper(tokens: Sequence[Token]) -> bool:
    return all(token.upper for token in tokens if token.norm.isalpha())


def _likely(parts: Sequence[Sequence[Token]], wanted: Sequence[str]) -> Place | None:
    """The run of as many words that is most like the concept, if any is like enough."""
    if not wanted:
        return None
    runs: list[Place] = []
    texts: list[str] = []
    for part, tokens in enumerate(parts):
        words = [index for index, token in enumerate(tokens) if token.is_word][:SEARCHED]
        for size in {max(1, len(wanted) - 1), len(wanted), len(wanted) + 1}:
            for begin in range(len(words) - size + 1):
                first, last = words[begin], words[begin + size - 1] + 1
                runs.append((part, first, last))
                texts.append(" ".join(tokens[i].norm for i in words[begin : begin + size]))
        if len(runs) > 3 * SEARCHED:
            break
    best = most_like(" ".join(wanted), texts, LIKE_ENOUGH)
    return None if best is None else runs[best]


def _whole(parts: Sequence[Sequence[Token]]) -> Judgement:
    """The first sentence that says anything but plain presence: of what follows its triggers, then
    of what stands before them."""
    for tokens in parts:
        told = next((n for n in range(len(tokens), 0, -1) if tokens[n - 1].is_word), 0)
        for place in (told, 0):
            found = judge(tokens, place, place)
            if found != Judgement():
                return found
    return Judgement()
