"""Handwriting as the model service answers it, and what it says when it has no engine."""

from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from models.handwriting.engines import FOLDER
from serving.handwriting import api
from serving.handwriting.schema import HandwritingRequest
from training.handwriting import writers


def test_strokes_in_words_out() -> None:
    rng = np.random.default_rng(5)
    drawn = writers.ink("no dengue", writers.usual(rng), rng)
    request = HandwritingRequest.model_validate(
        {
            "width": drawn.width,
            "height": drawn.height,
            "strokes": [[tuple(point) for point in stroke] for stroke in drawn.strokes],
        }
    )
    answer = api.answer(api.engine(), request)
    assert answer.text == "no dengue"
    assert [word.text for word in answer.words] == ["no", "dengue"]
    assert answer.model.name == "synthetic-print"
    assert answer.model.version


@pytest.mark.parametrize(
    "strokes", [[], [[]], [[(11, 5, 0, 0.5)]], [[(1, 1, 0, 0.5)] * 30_001] * 2]
)
def test_what_is_no_drawing_is_refused(strokes: object) -> None:
    with pytest.raises(ValidationError):
        HandwritingRequest.model_validate({"width": 10, "height": 10, "strokes": strokes})


def test_without_an_engine_it_says_which_folder_lacks_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    api.engine.cache_clear()
    try:
        with pytest.raises(api.NoEngine, match=str(tmp_path)):
            api.engine()
    finally:
        api.engine.cache_clear()
