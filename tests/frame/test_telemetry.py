"""Nothing phones home: patients' data is near, and no library needs to tell anyone that it runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from offline_guard import LOG

START = "import importlib, sys; importlib.import_module(sys.argv[1])\n"

TRACKED_RUN = """
import mlflow
mlflow.set_tracking_uri(sys.argv[2])
mlflow.set_experiment("quiet")
with mlflow.start_run():
    mlflow.log_metric("runs", 1)
"""

SWITCHES = """
from bentoml._internal.utils.analytics.usage_stats import do_not_track
from mlflow.telemetry.client import get_telemetry_client
assert do_not_track(), "BentoML would report that it serves"
assert get_telemetry_client() is None, "MLflow would report what it is used for"
"""


def run(program: str, package: str, folder: Path) -> str:
    """What a process that imports our package first tried to reach; it fails with the program."""
    log = folder / "offline.log"
    log.touch()
    # MLflow keeps quiet in tests and in CI of its own accord: that would prove nothing.
    quiet = ("CI", "PYTEST", "DO_NOT_TRACK", "MLFLOW", "BENTOML")
    outside = {key: value for key, value in os.environ.items() if not key.startswith(quiet)}
    subprocess.run(
        [sys.executable, "-c", START + program, package, f"sqlite:///{folder}/mlflow.db"],
        env=outside | {LOG: str(log)},
        cwd=folder,
        check=True,
    )
    return log.read_text()


def test_a_run_that_a_notebook_tracks_is_told_to_nobody(tmp_path: Path) -> None:
    assert run(TRACKED_RUN, "training", tmp_path) == ""


@pytest.mark.parametrize("package", ["serving", "sehat.cli"])
def test_the_switches_are_off_before_the_libraries_look(package: str, tmp_path: Path) -> None:
    assert run(SWITCHES, package, tmp_path) == ""
