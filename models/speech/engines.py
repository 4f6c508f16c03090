"""The engine that is configured: SEHAT_SPEECH_ENGINE, and SEHAT_SPEECH_MODEL for those that need one."""

import os
from pathlib import Path

from models.speech.values import Engine, NoEngine

ENGINES = ("pocketsphinx", "vosk", "faster-whisper")
DEFAULT = "pocketsphinx"


def configured() -> str:
    return os.environ.get("SEHAT_SPEECH_ENGINE") or DEFAULT


def engine(name: str | None = None, folder: str | None = None) -> Engine:
    """Loads it. Raises NoEngine when the name is unknown, or a package or the model is missing."""
    name = name or configured()
    folder = folder or os.environ.get("SEHAT_SPEECH_MODEL") or ""
    if name == "pocketsphinx":
        from models.speech.sphinx import PocketSphinx

        return PocketSphinx()
    if name not in ENGINES:
        raise NoEngine(f"SEHAT_SPEECH_ENGINE: {name!r} is none of {', '.join(ENGINES)}")
    if not folder:
        raise NoEngine(f"{name} needs SEHAT_SPEECH_MODEL, the folder of its model")
    if not Path(folder).is_dir():
        raise NoEngine(f"SEHAT_SPEECH_MODEL: there is no folder {Path(folder).name!r}")
    if name == "vosk":
        from models.speech.vosk import Vosk

        return Vosk(Path(folder))
    from models.speech.whisper import FasterWhisper

    return FasterWhisper(Path(folder))
