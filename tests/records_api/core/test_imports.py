"""The API process stays small: nothing of feature store, registry or training libraries, and pictures
are opened by who sends one."""

import subprocess
import sys

HEAVY = (
    "feast",
    "mlflow",
    "torch",
    "sklearn",
    "spacy",
    "bentoml",
    "duckdb",
    "pandas",
    "numpy",
    "PIL",
    "httpx",
)


def test_application_imports_no_heavy_library() -> None:
    code = (
        "import sys; from records_api.app import build; from records_api.core.db import Database; "
        "build(Database('sqlite://')); "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
