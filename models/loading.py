"""A predictor from the folder that its `save` wrote."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

DESCRIPTION = "predictor.json"


def load_predictor(folder: Path) -> Any:
    """models.<capability>.predictor.<Capability>Predictor of the folder, or of the one folder in it.

    Raises FileNotFoundError when there is no predictor in it.
    """
    if not (folder / DESCRIPTION).exists():
        folder = next((path.parent for path in folder.glob(f"*/{DESCRIPTION}")), folder)
    capability = json.loads((folder / DESCRIPTION).read_text())["capability"]
    module = import_module(f"models.{capability}.predictor")
    return getattr(module, f"{capability.title()}Predictor").load(folder)
