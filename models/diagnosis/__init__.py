"""Differential diagnosis from findings: a predictor that loads from a folder of plain files."""

from models.diagnosis.cases import Case, Differential, Ranked, Reason, Weight
from models.diagnosis.predictor import Answers, DiagnosisPredictor
from models.diagnosis.storage import ModelFolderError

__all__ = [
    "Answers",
    "Case",
    "DiagnosisPredictor",
    "Differential",
    "ModelFolderError",
    "Ranked",
    "Reason",
    "Weight",
]
