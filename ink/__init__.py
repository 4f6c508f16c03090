"""Strokes of a pen: their values, their file (InkML) and their picture. Stands alone."""

from ink.inkml import read, write
from ink.picture import png
from ink.values import Ink, InkError, Point, Stroke

__all__ = ["Ink", "InkError", "Point", "Stroke", "png", "read", "write"]
