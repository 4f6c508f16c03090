"""A model as a folder of plain files: `predictor.json` and `predictor.npz`, nothing executable."""

import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from models.diagnosis.blend import Blend
from models.diagnosis.calibration import Calibration, Thresholds
from models.diagnosis.design import AGE_KNOTS, SEXES
from models.diagnosis.vocabulary import Condition, Vocabulary

if TYPE_CHECKING:
    from models.diagnosis.predictor import DiagnosisPredictor

FORMAT = 1
_OWN = frozenset(
    [
        "capability",
        "format",
        "age_knots",
        "conditions",
        "findings",
        "families",
        "priors",
        "calibration",
        "thresholds",
        "widest_set",
        "blends",
        "unseen",
    ]
)  # the rest of predictor.json tells about the model: settings, metrics, digest
_ARRAYS = ("weights", "intercept", "absent_weights", "prevalence")


class ModelFolderError(ValueError):
    """The folder holds no model this version can read; the message says why."""


def write_folder(folder: Path, predictor: "DiagnosisPredictor") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    words = predictor.vocabulary
    text = {
        "capability": "diagnosis",
        "format": FORMAT,
        "age_knots": AGE_KNOTS.tolist(),
        "conditions": [asdict(condition) for condition in words.conditions],
        "findings": words.findings,
        "families": words.families,
        "priors": words.priors,
        "calibration": asdict(predictor.calibration),
        "thresholds": asdict(predictor.thresholds),
        "widest_set": predictor.widest_set,
        "blends": {
            name: None if blend is None else asdict(blend)
            for name, blend in (
                ("blend", predictor.blend),
                ("asking_blend", predictor.asking_blend),
            )
        },
        **predictor.about,
    }
    if words.unseen_conditions:
        text["unseen"] = {
            "conditions": words.unseen_conditions,
            "findings": words.unseen_findings,
        }
    arrays = {name: getattr(predictor, name) for name in _ARRAYS}
    np.savez_compressed(folder / "predictor.npz", **arrays)
    (folder / "predictor.json").write_text(
        json.dumps(text, ensure_ascii=False, indent=1), encoding="utf-8"
    )


def read_folder(folder: Path) -> dict[str, Any]:
    """The predictor's fields. Raises ModelFolderError."""
    try:
        text = json.loads((folder / "predictor.json").read_text(encoding="utf-8"))
        # np.load leaves its file open when the archive is cut short: ours is closed here.
        with (
            (folder / "predictor.npz").open("rb") as file,
            np.load(file, allow_pickle=False) as archive,
        ):
            arrays = {name: archive[name] for name in _ARRAYS}
        if text["format"] != FORMAT or text["age_knots"] != AGE_KNOTS.tolist():
            raise ModelFolderError(
                f"{folder}: format {text['format']}, expected {FORMAT}. Train again."
            )
        vocabulary = Vocabulary(
            conditions=tuple(Condition(**row) for row in text["conditions"]),
            findings=tuple(text["findings"]),
            families=tuple(text["families"]),
            priors=tuple(text["priors"]),
            unseen_conditions=text.get("unseen", {}).get("conditions", 0),
            unseen_findings=text.get("unseen", {}).get("findings", 0),
        )
        thresholds: dict[str, Any] = {
            name: tuple(tuple(v) if isinstance(v, list) else v for v in values)
            for name, values in text["thresholds"].items()
        }
        fields = {
            "vocabulary": vocabulary,
            "calibration": Calibration(
                **{
                    **text["calibration"],
                    "temperatures": tuple(text["calibration"]["temperatures"]),
                }
            ),
            "thresholds": Thresholds(**thresholds),
            "widest_set": text["widest_set"],
            **{
                name: None if parts is None else Blend(**{k: tuple(v) for k, v in parts.items()})
                for name, parts in text.get("blends", {}).items()
            },
            "about": {key: value for key, value in text.items() if key not in _OWN},
            **arrays,
        }
    except (OSError, KeyError, TypeError, zipfile.BadZipFile, EOFError) as error:
        raise ModelFolderError(
            f"{folder}: the diagnosis model cannot be read ({error})."
        ) from error
    except ValueError as error:
        if isinstance(error, ModelFolderError):
            raise
        raise ModelFolderError(f"{folder}: the diagnosis model is damaged ({error}).") from error
    _check_shapes(folder, vocabulary, arrays)
    return fields


def _check_shapes(folder: Path, words: Vocabulary, arrays: dict[str, Any]) -> None:
    conditions, findings = words.learned_conditions, words.learned_findings
    columns = findings + len(words.priors) + len(AGE_KNOTS) + len(SEXES)
    expected = {
        "weights": (conditions, columns),
        "intercept": (conditions,),
        "absent_weights": (conditions, findings),
        "prevalence": (len(words.conditions),),
    }
    for name, shape in expected.items():
        if arrays[name].shape != shape or not np.isfinite(arrays[name]).all():
            raise ModelFolderError(f"{folder}: {name} does not fit the vocabulary. Train again.")
