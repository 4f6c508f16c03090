"""InkML: what is written is read again, what others write is read, and what harms is refused."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from PIL import Image

import ink
from ink.inkml import LARGEST_FILE, truth
from ink.values import MOST_POINTS, MOST_STROKES

SPACE = 'xmlns="http://www.w3.org/2003/InkML"'
points = some.builds(
    ink.Point,
    some.integers(0, 800_000).map(lambda n: n / 1000),
    some.integers(0, 600_000).map(lambda n: n / 1000),
    some.integers(0, 10**9),
    some.integers(0, 1000).map(lambda n: n / 1000),
)
strokes = some.lists(some.lists(points, min_size=1, max_size=6).map(tuple), min_size=1, max_size=6)
moments = some.integers(0, 10**9).map(
    lambda seconds: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


@settings(deadline=None)
@given(strokes, moments, some.sampled_from(["pen", "touch", "mouse", ""]))
def test_what_was_written_is_read(
    drawn: list[ink.Stroke], started_at: datetime, pointer: str
) -> None:
    kept = ink.Ink(tuple(drawn), 800, 600, started_at, pointer)
    assert ink.read(ink.write(kept)) == kept


def test_another_programs_file_is_read() -> None:
    """Channels in another order, unknown ones, groups, no canvas, points below nought."""
    content = f"""<ink {SPACE}><annotation type="truth"> fever
      since </annotation><traceFormat><channel name="T"/><channel name="Y"/><channel name="OTx"/>
      <channel name="X"/></traceFormat><traceGroup><trace>0 -5 9 2, 7 5 9 12</trace></traceGroup>
      <trace>9 0 0 4</trace></ink>""".encode()
    read = ink.read(content)
    first, second = read.strokes
    assert (first[1].x - first[0].x, first[1].y - first[0].y, first[1].t) == (10, 10, 7)
    assert len(second) == 1
    assert 0 <= min(p.x for s in read.strokes for p in s) < read.width
    assert truth(content) == "fever since"


def test_points_have_x_and_y_where_no_format_is_given() -> None:
    assert len(ink.read(f"<ink {SPACE}><trace>1 2, 3 4</trace></ink>".encode()).strokes[0]) == 2


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "whole InkML"),
        (b"\x00\x01", "whole InkML"),
        (b"<ink><trace>1 2</trace>", "whole InkML"),
        (b'<?xml version="1.0" encoding="no-such"?><ink/>', "whole InkML"),
        (b"<svg><trace>1 2</trace></svg>", "whole InkML"),
        (b"<ink>" + b"<traceGroup>" * 60, "whole InkML"),
        (b"<ink></ink>", "nothing drawn"),
        (b"<ink><trace> , </trace></ink>", "nothing drawn"),
        (b'<!DOCTYPE ink [<!ENTITY a "1 2">]><ink><trace>&a;</trace></ink>', "document type"),
        (b'<!DOCTYPE ink SYSTEM "file:///etc/passwd"><ink/>', "document type"),
        (b"<ink><trace>1 2, 'nan 4</trace></ink>", "plain numbers"),
        (b"<ink><trace>1 2, '3'4</trace></ink>", "no X and Y"),
        (b"<ink><trace>nan inf</trace></ink>", "plain numbers"),
        (b"<ink><trace>1e999 2</trace></ink>", "not a number"),
        (b"<ink><trace>1</trace></ink>", "no X and Y"),
        (
            b'<ink><traceFormat><channel name="T"/></traceFormat><trace>1</trace></ink>',
            "no X and Y",
        ),
        (
            b'<ink><traceFormat><channel name="X"/></traceFormat>'
            b'<traceFormat><channel name="Y"/></traceFormat></ink>',
            "several trace formats",
        ),
        (b"<ink>" + b"<trace>1 2</trace>" * (MOST_STROKES + 1) + b"</ink>", "strokes"),
        (b"<ink><trace>" + b"1 2," * (MOST_POINTS + 1) + b"</trace></ink>", "points"),
        (b"<ink>" + b" " * LARGEST_FILE, "larger than 2 MB"),
    ],
)
def test_what_is_no_drawing_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(ink.InkError, match=why):
        ink.read(content)


@settings(deadline=None)
@given(some.binary(max_size=200))
def test_any_bytes_give_ink_or_a_reason(content: bytes) -> None:
    for text in (content, b"<ink><trace>" + content + b"</trace></ink>"):
        with suppress(ink.InkError):
            ink.read(text)


def test_coordinates_of_any_size_come_onto_a_canvas() -> None:
    read = ink.read(b"<ink><trace>-1e300 0, 1e300 1e299</trace></ink>")
    assert 0 < read.width <= 20_000
    assert ink.png(read)


@pytest.mark.parametrize(
    "wrong",
    [ink.Point(-1, 0), ink.Point(0, 61), ink.Point(0, 0, 0, 1.5), ink.Point(float("nan"), 0)],
)
def test_points_off_the_canvas_are_refused(wrong: ink.Point) -> None:
    with pytest.raises(ink.InkError):
        ink.Ink(((wrong,),), 100, 60)


def test_the_picture_is_black_where_the_pen_was_and_thicker_where_it_was_pressed() -> None:
    light = ink.Ink(((ink.Point(10, 30, 0, 0.0), ink.Point(90, 30, 9, 0.0)),), 100, 60)
    hard = ink.Ink(((ink.Point(10, 30, 0, 1.0), ink.Point(90, 30, 9, 1.0)),), 100, 60)
    with Image.open(BytesIO(ink.png(light))) as thin, Image.open(BytesIO(ink.png(hard))) as thick:
        assert thin.size == (200, 120)
        assert thin.getpixel((100, 60)) == 0
        assert thin.getpixel((100, 20)) == 255
        assert sum(thick.histogram()[:128]) > 1.5 * sum(thin.histogram()[:128])


def test_a_dot_is_seen_and_a_large_canvas_gives_a_small_picture() -> None:
    dot = ink.Ink(((ink.Point(5, 5),),), 20_000, 10)
    with Image.open(BytesIO(ink.png(dot))) as picture:
        assert picture.size == (1600, 32)
    dot = ink.Ink(((ink.Point(5, 5),),), 10, 10)
    with Image.open(BytesIO(ink.png(dot))) as picture:
        assert picture.getextrema()[0] == 0
