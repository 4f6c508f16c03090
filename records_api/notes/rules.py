"""What a note may be, how a signed text differs from its draft, and what an extraction means for
the findings. No framework here."""

import io
import re
import struct
import wave
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

MOST_CHARACTERS = 20_000
MOST_ATTACHMENTS = 10  # of one note
# bytes: five minutes of plain WAV at 16 kHz, a page full of strokes, a phone's picture
LARGEST = {"audio": 10_000_000, "ink": 2_000_000, "picture": 6_000_000}
SHORTEST, LONGEST = 0.3, 180.0  # seconds of a dictation
SAMPLES = (8_000, 48_000)  # a second
KEPT_AFTER = frozenset({"ink", "picture"})  # audio is deleted when the draft is signed or discarded

# How the files of each kind begin: a name or a media type that the client gives counts for nothing.
_AUDIO = (
    (re.compile(rb"RIFF....WAVE", re.DOTALL), "audio/wav"),
    (re.compile(rb"OggS"), "audio/ogg"),
    (re.compile(rb"\x1a\x45\xdf\xa3"), "audio/webm"),
    (re.compile(rb"fLaC"), "audio/flac"),
    (re.compile(rb"....ftyp", re.DOTALL), "audio/mp4"),
)
_INK = re.compile(rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?<ink[\s>]")
INK_TYPE = "application/inkml+xml"
_STOP = re.compile(r"[.;!?।]\s+|\n")
_WORDS = re.compile(r"\S+\s*|\s+")

Change = tuple[int, int, str]  # characters start..end of the draft became these


def media_type(kind: str, content: bytes) -> str | None:
    """Media type of a recording or of ink by how it begins; None when it is neither."""
    if kind == "ink":
        # A document type could name other files, or words that unfold without end.
        safe = _INK.match(content) and b"<!" not in content.replace(b"<!--", b"")
        return INK_TYPE if safe else None
    return next((name for begin, name in _AUDIO if begin.match(content)), None)


def dictation(content: bytes) -> str | None:
    """What is wrong with a recording to be transcribed: wrong_format, too_short or too_long.

    A whole WAV file of 16-bit samples, as the model service hears it."""
    try:
        with wave.open(io.BytesIO(content)) as file:
            told = file.getparams()
            whole = len(file.readframes(told.nframes)) == told.nframes * 2 * told.nchannels
    except (wave.Error, EOFError, struct.error):
        return "wrong_format"
    rate_fits = SAMPLES[0] <= told.framerate <= SAMPLES[1]
    if not (whole and rate_fits and told.sampwidth == 2 and told.nchannels <= 2):
        return "wrong_format"
    seconds = told.nframes / told.framerate
    if seconds < SHORTEST:
        return "too_short"
    return "too_long" if seconds > LONGEST else None


def changes(draft: str, text: str) -> tuple[list[Change], int]:
    """What turns the draft into the text, word by word, and how many words were written anew or
    taken away (of a replaced run the longer side counts)."""
    was, now = _WORDS.findall(draft), _WORDS.findall(text)
    first = _alike(was, now)
    last = _alike(was[first:][::-1], now[first:][::-1])
    old, new = was[first : len(was) - last], now[first : len(now) - last]
    at = [sum(map(len, was[:first]))]
    for word in old:
        at.append(at[-1] + len(word))
    found: list[Change] = []
    for kind, i, j, k, m in SequenceMatcher(None, old, new).get_opcodes():
        if kind != "equal":
            found.append((at[i], at[j], "".join(new[k:m])))
    return found, _changed("".join(old).split(), "".join(new).split())


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many items both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def _changed(old: Sequence[str], new: Sequence[str]) -> int:
    """How many words differ, blanks between them left out."""
    steps = SequenceMatcher(None, old, new).get_opcodes()
    return sum(max(j - i, m - k) for kind, i, j, k, m in steps if kind != "equal")


def applied(draft: str, found: Iterable[Sequence[int | str]]) -> str:
    """The text that the changes make of the draft."""
    parts, done = [], 0
    for start, end, words in found:
        parts += [draft[done : int(start)], str(words)]
        done = int(end)
    return "".join([*parts, draft[done:]])


def moved(spans: Iterable[tuple[int, int]], was: str, now: str) -> list[tuple[int, int] | None]:
    """Where spans of a text lie after it was edited; None for one in whose sentence anything
    changed: what is said of a thing stands beside it (`no rash` became `rash`)."""
    found, _ = changes(was, now)
    return [_moved(start, end, was, now, found) for start, end in spans]


def _moved(
    start: int, end: int, was: str, now: str, found: Sequence[Change]
) -> tuple[int, int] | None:
    shift = sum(len(words) - (last - first) for first, last, words in found if last <= start)
    first, last = sentence(was, start, end)
    again = sentence(now, start + shift, end + shift)
    if again != (first + shift, last + shift) or now[again[0] : again[1]] != was[first:last]:
        return None
    return start + shift, end + shift


def sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence or line around text[start:end]."""
    before = [stop.end() for stop in _STOP.finditer(text, 0, start)]
    after = _STOP.search(text, end)
    return (before[-1] if before else 0), (after.start() if after else len(text))


def finding_status(kind: str, assertion: str, experiencer: str, *, antecedent: bool) -> str | None:
    """How an accepted extraction is recorded as a finding; None: it stays a word of the note.

    Doubt records nothing, nor does what is said of somebody else. What is past and did not last
    counts only where the question is about the past: an earlier illness, a journey, a vaccination.
    """
    if kind != "finding" or experiencer != "patient":
        return None
    if assertion == "historical":
        return "present" if antecedent else None
    return {"affirmed": "present", "negated": "absent"}.get(assertion)


def both_ways(statuses: Iterable[tuple[str, str]]) -> str | None:
    """A code that is said to be present and absent; None when every code has one answer."""
    seen: dict[str, str] = {}
    for code, status in statuses:
        if seen.setdefault(code, status) != status:
            return code
    return None
