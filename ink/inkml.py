"""Reads and writes InkML, the W3C's format of digital ink (Recommendation of 2011).

Written are the traces with position, time and pressure (X Y T F), the canvas and the moment of the
first stroke. Read is what others write too: channels in any order, more or fewer of them, groups of
traces. One trace format a file, plain values only: differences between points (`'` and `"`) are
refused, as are document types and entities.
"""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from ink.values import Ink, InkError, Point, check_counts, on_canvas

NAMESPACE = "http://www.w3.org/2003/InkML"
LARGEST_FILE = 2_000_000  # bytes
DEEPEST = 50  # elements within elements
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<ink xmlns="{namespace}">
  <definitions>
    <canvas xml:id="page"><traceFormat>
      <channel name="X" type="decimal" min="0" max="{width}"/>
      <channel name="Y" type="decimal" min="0" max="{height}"/>
    </traceFormat></canvas>
    <inkSource xml:id="pen" description={pointer}><traceFormat>
      <channel name="X" type="decimal"/>
      <channel name="Y" type="decimal"/>
      <channel name="T" type="integer" units="ms"/>
      <channel name="F" type="decimal" min="0" max="1"/>
    </traceFormat></inkSource>
    {start}<context xml:id="written" canvasRef="#page" inkSourceRef="#pen"{since}/>
  </definitions>
"""


def write(ink: Ink) -> bytes:
    start = since = ""
    if ink.started_at is not None:
        moment = ink.started_at.astimezone(UTC).isoformat(timespec="milliseconds")
        start = f'<timestamp xml:id="start" timeString="{moment.replace("+00:00", "Z")}"/>\n    '
        since = ' timestampRef="#start"'
    head = _HEAD.format(
        namespace=NAMESPACE,
        width=_short(ink.width),
        height=_short(ink.height),
        pointer=quoteattr(ink.pointer or "unknown"),
        start=start,
        since=since,
    )
    traces = (
        ", ".join(f"{_short(p.x)} {_short(p.y)} {p.t} {_short(p.f)}" for p in stroke)
        for stroke in ink.strokes
    )
    body = "".join(f'  <trace contextRef="#written">{trace}</trace>\n' for trace in traces)
    return f"{head}{body}</ink>\n".encode()


def _short(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def read(content: bytes) -> Ink:
    """The ink of a file. Raises InkError, which never quotes the file."""
    reader = _read(content)
    try:
        return on_canvas(reader.strokes, reader.size, reader.started_at, reader.pointer)
    except OverflowError:
        raise InkError("A point is not a number.") from None


def truth(content: bytes) -> str:
    """What the file says was written (`<annotation type="truth">`), or nothing."""
    return " ".join(_read(content).truth.split())


def _read(content: bytes) -> "_Reader":
    if len(content) > LARGEST_FILE:
        raise InkError("The drawing is larger than {most} MB.", most=LARGEST_FILE // 10**6)
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refused
    parser.EntityDeclHandler = _refused
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        if isinstance(error, InkError):
            raise
        raise InkError("This is not a whole InkML file.") from None
    if not reader.is_ink:
        raise InkError("This is not a whole InkML file.")
    return reader


def _refused(*_: object) -> None:
    raise InkError("An InkML file with a document type or entities is not read.")


class _Reader:
    """Follows the elements as they come; what it does not know is passed over."""

    def __init__(self) -> None:
        self.strokes: list[tuple[Point, ...]] = []
        self.started_at: datetime | None = None
        self.pointer = self.truth = ""
        self.is_ink = False
        self._channels: list[str] | None = None
        self._forming: list[str] = []
        self._sides: dict[str, float] = {}
        self._path: list[str] = []
        self._heard: list[str] | None = None
        self._points = 0

    @property
    def size(self) -> tuple[float, float] | None:
        return (self._sides["X"], self._sides["Y"]) if len(self._sides) == 2 else None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        self._path.append(tag)
        if len(self._path) > DEEPEST:
            raise InkError("This is not a whole InkML file.")
        self.is_ink |= self._path == ["ink"]
        begin: Callable[[dict[str, str]], None] | None = {
            "traceFormat": self._start_format,
            "channel": self._start_channel,
            "timestamp": self._start_timestamp,
            "inkSource": self._start_source,
        }.get(tag)
        if begin is not None:
            begin(attributes)
        elif tag == "trace" or (tag == "annotation" and attributes.get("type") == "truth"):
            self._heard = []

    def text(self, text: str) -> None:
        if self._heard is not None:
            self._heard.append(text)

    def end(self, name: str) -> None:
        tag = self._path.pop()
        if tag == "traceFormat" and "canvas" not in self._path:
            if self._channels not in (None, self._forming):
                raise InkError("An InkML file with several trace formats is not read.")
            self._channels = self._forming
        elif tag in ("trace", "annotation") and self._heard is not None:
            heard, self._heard = "".join(self._heard), None
            if tag == "trace":
                self._trace(heard)
            elif not self.truth:
                self.truth = heard[:10_000]

    def _start_format(self, _: dict[str, str]) -> None:
        self._forming = []

    def _start_channel(self, attributes: dict[str, str]) -> None:
        channel = attributes.get("name", "")
        if "canvas" in self._path:
            if channel in ("X", "Y") and _NUMBER.fullmatch(attributes.get("max", "")):
                self._sides[channel] = float(attributes["max"])
        elif "intermittentChannels" not in self._path:
            self._forming.append(channel)

    def _start_timestamp(self, attributes: dict[str, str]) -> None:
        try:
            moment = datetime.fromisoformat(attributes.get("timeString", ""))
            self.started_at = moment.astimezone(UTC) if moment.tzinfo else None
        except (ValueError, OverflowError):
            self.started_at = None

    def _start_source(self, attributes: dict[str, str]) -> None:
        said = attributes.get("description", "")
        self.pointer = said if said in ("pen", "touch", "mouse") else ""

    def _trace(self, text: str) -> None:
        channels = self._channels or ["X", "Y"]
        if "X" not in channels or "Y" not in channels:
            raise InkError("The traces of this file have no X and Y.")
        stroke = [_point(channels, part.split()) for part in text.split(",") if part.strip()]
        if stroke:
            self.strokes.append(tuple(stroke))
            self._points += len(stroke)
            check_counts(len(self.strokes), self._points)


def _point(channels: list[str], values: list[str]) -> Point:
    """Channels at the end may be missing, and those after the known ones are passed over."""
    found = dict(zip(channels, values, strict=False))
    if "X" not in found or "Y" not in found:
        raise InkError("A point of this file has no X and Y.")
    kept = {}
    for channel in ("X", "Y", "T", "F"):
        value = found.get(channel)
        if value is not None:
            if not _NUMBER.fullmatch(value):
                raise InkError("Only plain numbers are read as points.")
            kept[channel] = float(value)
    moment, force = kept.get("T", 0.0), kept.get("F", 0.5)
    # Clocks and pressures of other devices have other ranges; neither is worth losing a drawing.
    in_range = math.isfinite(moment) and 0 <= moment <= 10**9
    return Point(
        kept["X"], kept["Y"], round(moment) if in_range else 0, force if 0 <= force <= 1 else 0.5
    )
