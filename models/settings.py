"""Where runs and models are kept. Production sets SEHAT_MLFLOW_URL and SEHAT_MLFLOW_ARTIFACTS."""

import os
from pathlib import Path

# MLflow reads these when it is imported: it phones home and draws bars unless told not to.
os.environ.update(DO_NOT_TRACK="true", MLFLOW_DISABLE_TELEMETRY="true")
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")

CAPABILITIES = ("diagnosis", "demand", "identity")
CHAMPION = "champion"
CHALLENGER = "challenger"  # answers in shadow, if there is one


def home() -> Path:
    return Path(os.environ.get("SEHAT_HOME", ".sehat")).resolve()


def tracking_url() -> str:
    return os.environ.get("SEHAT_MLFLOW_URL") or f"sqlite:///{home() / 'mlflow' / 'mlflow.db'}"


def artifact_root() -> str:
    """Where artifacts of new experiments go: a folder, or an object store's address."""
    return os.environ.get("SEHAT_MLFLOW_ARTIFACTS") or (home() / "mlflow" / "artifacts").as_uri()


def waits_for_a_person() -> bool:
    """Whether what passes its gates answers in shadow first, until a person promotes it."""
    return os.environ.get("SEHAT_PROMOTION", "gates") == "person"
