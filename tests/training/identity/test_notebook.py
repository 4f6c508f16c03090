"""The notebook a data scientist would start from runs, on drawn faces, in well under a minute."""

from pathlib import Path

import jupytext
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[3] / "notebooks" / "identity.py"


@pytest.mark.filterwarnings("ignore")  # of Jupyter's own machinery
def test_notebook_runs(tmp_path: Path) -> None:
    notebook = jupytext.read(NOTEBOOK)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    printed = "".join(o.get("text", "") for c in notebook.cells for o in c.get("outputs", []))
    assert "same person: Comparison(score=" in printed
    assert "darker: quality" in printed
