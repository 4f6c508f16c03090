"""Handwriting read from strokes: lines, words, and what else a word may be."""

from models.handwriting.engines import NoEngine, Recogniser, load
from models.handwriting.values import Alternative, Box, Recognition, Word

__all__ = ["Alternative", "Box", "NoEngine", "Recogniser", "Recognition", "Word", "load"]
