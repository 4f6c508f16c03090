"""The engine that is configured, and what is said when it cannot be had."""

import builtins
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from models.speech import NoEngine
from models.speech.engines import engine
from training.speech.synthetic import say


def test_a_dictated_line_is_heard() -> None:
    said = "tablet metformin five hundred milligrams twice a day after food"
    heard = engine().transcribe(say(said))
    assert heard.text == "tablet metformin 500 mg twice a day after food"
    assert heard.engine == "pocketsphinx"
    assert [word.text for word in heard.words] == said.split()
    starts = [word.start for word in heard.words]
    assert starts == sorted(starts)
    assert all(0 <= (word.confidence or 0) <= 1 and word.start < word.end for word in heard.words)


def absent(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    """As if `package` were not installed."""
    real = builtins.__import__

    def refuse(name: str, *rest: Any, **more: Any) -> Any:
        if name.split(".")[0] == package:
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)


@pytest.mark.parametrize("name", ["vosk", "faster-whisper"])
def test_what_is_missing_is_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEHAT_SPEECH_ENGINE", name)
    with pytest.raises(NoEngine, match="needs SEHAT_SPEECH_MODEL"):
        engine()
    monkeypatch.setenv("SEHAT_SPEECH_MODEL", str(tmp_path / "none"))
    with pytest.raises(NoEngine, match="no folder 'none'"):
        engine()
    monkeypatch.setenv("SEHAT_SPEECH_MODEL", str(tmp_path))
    absent(monkeypatch, name.replace("-", "_"))
    with pytest.raises(NoEngine, match=f"pip install {name}"):
        engine()


def test_a_wrong_name_and_a_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoEngine, match="none of pocketsphinx, vosk, faster-whisper"):
        engine("siri")
    absent(monkeypatch, "pocketsphinx")
    with pytest.raises(NoEngine, match="make setup"):
        engine()


@pytest.mark.parametrize(
    ("name", "module", "loader"),
    [("vosk", "vosk", "Model"), ("faster-whisper", "faster_whisper", "WhisperModel")],
)
def test_a_folder_that_is_no_model(
    name: str, module: str, loader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: Any, **__: Any) -> None:
        raise RuntimeError("no such file")

    fake = types.ModuleType(module)
    vars(fake).update({loader: breaks, "SetLogLevel": lambda _: None})
    monkeypatch.setitem(sys.modules, module, fake)
    with pytest.raises(NoEngine, match=f"{name} cannot read the model in"):
        engine(name, str(tmp_path))
