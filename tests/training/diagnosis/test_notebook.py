"""The notebook runs from top to bottom where there is no feature store."""

from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).parents[3] / "notebooks" / "diagnosis.py"


@pytest.mark.filterwarnings("ignore")  # of Jupyter's own machinery
def test_the_notebook_runs(tmp_path: Path) -> None:
    import jupytext
    from nbclient import NotebookClient

    notebook = jupytext.read(NOTEBOOK)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()

    shown = str([cell.get("outputs") for cell in notebook.cells])
    assert "made-up clinic" in shown
    assert "image/png" in shown
    assert "not clinical accuracy" in shown
