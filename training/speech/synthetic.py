"""Speech made by eSpeak NG, to measure on. A machine's voice: no figure on it is a doctor's."""

import ctypes
from functools import cache

import espeakng_loader
import numpy as np
from scipy.signal import resample_poly

from models.speech.values import RATE

_RETRIEVE, _NO_EXIT, _UTF8, _SPEED = 1, 0x8000, 1, 1
_MADE_AT = 22_050
_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)
_chunks: list[bytes] = []


def _keep(samples: "ctypes._Pointer[ctypes.c_short]", count: int, _: object) -> int:
    if count > 0:
        _chunks.append(ctypes.string_at(samples, 2 * count))
    return 0


_callback = _Callback(_keep)  # held here: the library calls it as long as the process lives


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    where = espeakng_loader.get_data_path().encode()
    if library.espeak_Initialize(_RETRIEVE, 0, where, _NO_EXIT) != _MADE_AT:
        raise RuntimeError("eSpeak NG does not start")
    library.espeak_SetSynthCallback(_callback)
    return library


def say(text: str, voice: str = "en-us", speed: int = 140) -> bytes:
    """16-bit mono samples at RATE; `speed` in words a minute. Not from two threads at once."""
    library = _library()
    if library.espeak_SetVoiceByName(voice.encode()):
        raise ValueError(f"eSpeak NG has no voice {voice}")
    _chunks.clear()
    library.espeak_SetParameter(_SPEED, speed, 0)
    content = text.encode()
    library.espeak_Synth(content, len(content) + 1, 0, 1, 0, _UTF8, None, None)
    library.espeak_Synchronize()
    made = np.frombuffer(b"".join(_chunks), "<i2").astype(np.float64)
    resampled = resample_poly(made, 2 * RATE // 100, 2 * _MADE_AT // 100)
    pcm: bytes = np.clip(np.rint(resampled), -32768, 32767).astype("<i2").tobytes()
    return pcm
