"""Dictation on the premises: sound in, text out. No sound leaves the machine or is kept here."""

from models.speech.audio import Recording, decode
from models.speech.values import BadRecording, Engine, NoEngine, Transcript, Word

__all__ = ["BadRecording", "Engine", "NoEngine", "Recording", "Transcript", "Word", "decode"]
