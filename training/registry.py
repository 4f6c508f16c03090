"""The model registry: runs, versions, and the `champion` alias that serving follows."""

import io
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from models.settings import (
    CAPABILITIES,
    CHALLENGER,
    CHAMPION,
    artifact_root,
    home,
    tracking_url,
    waits_for_a_person,
)
from training import gates

REQUIREMENTS = {
    "diagnosis": ("scikit-learn", "numpy", "scipy"),
    "demand": ("torch", "statsforecast", "pandas"),
    "identity": ("onnxruntime", "insightface", "scikit-image"),
}


PROFILE = "profile.json"
IN_SHADOW = ("diagnosis",)  # whose challengers answer beside the champion


@dataclass(frozen=True)
class ModelVersion:
    """One trained model. `folder` holds the predictor, as its `save` wrote it."""

    capability: str
    version: str
    champion: bool
    challenger: bool
    run_id: str
    trained_at: datetime
    trained_on: str
    source: str
    metrics: dict[str, float]
    verdict: str


@dataclass
class Result:
    """What a training run came to."""

    capability: str
    version: str
    promoted: bool
    reasons: tuple[str, ...]
    metrics: dict[str, float]
    rows: int = 0
    notes: list[str] = field(default_factory=list)


def client() -> Any:
    """MLflow's client on our store, which is made on first use."""
    import mlflow

    logging.getLogger("mlflow").setLevel(logging.WARNING)  # it tells of each table that it makes
    (home() / "mlflow").mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mlflow.set_tracking_uri(tracking_url())
        mlflow.set_registry_uri(tracking_url())
        return mlflow.MlflowClient()


@contextmanager
def _quiet() -> Iterator[None]:
    """MLflow tells of each registration, and warns of a signature that our inputs cannot have."""
    logger = logging.getLogger("mlflow")
    level = logger.level
    logger.setLevel(logging.ERROR)
    with warnings.catch_warnings(), redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            logger.setLevel(level)


def prepare() -> None:
    """Make the registry's tables. MLflow makes them on first use, and two processes that do so at
    the same moment both fail: so this comes before the model service starts."""
    with _quiet():
        client().search_experiments(max_results=1)


class Run:
    """One training run in MLflow. Made by `run`."""

    def __init__(self, capability: str, digest: str, source: str) -> None:
        self.capability, self.digest, self.source = capability, digest, source
        self._metrics: dict[str, float] = {}

    def metrics(self, values: Mapping[str, float]) -> None:
        import mlflow

        self._metrics.update({k: float(v) for k, v in values.items()})
        mlflow.log_metrics(dict(self._metrics))

    def figure(self, path: Path) -> None:
        import mlflow

        mlflow.log_artifact(str(path), "figures")

    def card(self, markdown: str) -> None:
        import mlflow

        mlflow.log_text(markdown, "model-card.md")

    def profile(self, content: Mapping[str, Any]) -> None:
        """The population that was learned from, in counts: what drift is measured against."""
        import mlflow

        mlflow.log_dict(dict(content), PROFILE)

    def register(self, folder: Path, rows: int = 0) -> Result:
        """Log the predictor's folder as a new version; it becomes champion if the gates let it, or
        challenger where a champion reigns and a person is to decide."""
        import mlflow

        with _quiet():
            info = mlflow.pyfunc.log_model(
                name="model",
                python_model=str(Path(__file__).with_name("pyfunc.py")),
                artifacts={"predictor": str(folder)},
                registered_model_name=self.capability,
                pip_requirements=[
                    f"{name}=={installed(name)}" for name in REQUIREMENTS[self.capability]
                ],
            )
        version = str(info.registered_model_version)
        reigning = champion(self.capability)
        verdict = gates.judge(
            self.capability,
            self._metrics,
            reigning.metrics if reigning else None,
            same_data=bool(reigning and reigning.trained_on == self.digest),
        )
        store = client()
        tags = {
            "trained_on": self.digest,
            "source": self.source,
            "verdict": "passed" if verdict.promoted else "; ".join(verdict.reasons),
        }
        for key, value in tags.items():
            store.set_model_version_tag(self.capability, version, key, value)
        promoted, reasons = verdict.promoted, verdict.reasons
        if promoted and reigning and self.capability in IN_SHADOW and waits_for_a_person():
            challenge(self.capability, version)
            promoted, reasons = (
                False,
                ("passed its gates and answers in shadow: a person promotes",),
            )
        elif promoted:
            promote(self.capability, version)
        return Result(self.capability, version, promoted, reasons, dict(self._metrics), rows)


@contextmanager
def run(
    capability: str, params: Mapping[str, Any], digest: str, source: str = "records"
) -> Iterator[Run]:
    """A run in the capability's experiment. `digest` names the data, `source` where they came from."""
    import mlflow

    store = client()
    if store.get_experiment_by_name(capability) is None:
        store.create_experiment(capability, artifact_location=f"{artifact_root()}/{capability}")
    mlflow.set_experiment(capability)
    with mlflow.start_run(run_name=f"{capability}-{datetime.now(UTC):%Y%m%d-%H%M%S}"):
        mlflow.log_params({**params, "data_digest": digest, "source": source})
        yield Run(capability, digest, source)


def _described(store: Any, found: Any) -> ModelVersion:
    run_data = store.get_run(found.run_id).data
    aliases = store.get_registered_model(found.name).aliases
    return ModelVersion(
        capability=found.name,
        version=str(found.version),
        champion=str(aliases.get(CHAMPION)) == str(found.version),
        challenger=str(aliases.get(CHALLENGER)) == str(found.version),
        run_id=found.run_id,
        trained_at=datetime.fromtimestamp(found.creation_timestamp / 1000, UTC),
        trained_on=found.tags.get("trained_on", ""),
        source=found.tags.get("source", ""),
        metrics=dict(run_data.metrics),
        verdict=found.tags.get("verdict", ""),
    )


def versions(capability: str | None = None) -> list[ModelVersion]:
    """All versions, newest first within a capability."""
    store = client()
    names = [capability] if capability else list(CAPABILITIES)
    found = [
        _described(store, v)
        for name in names
        for v in store.search_model_versions(f"name='{name}'")
    ]
    return sorted(found, key=lambda v: (v.capability, -int(v.version)))


def champion(capability: str) -> ModelVersion | None:
    return next((v for v in versions(capability) if v.champion), None)


def challenger(capability: str) -> ModelVersion | None:
    return next((v for v in versions(capability) if v.challenger), None)


def challenge(capability: str, version: str | None) -> None:
    """Let a version answer in shadow, or with None nobody; the model service follows within seconds."""
    store = client()
    if version is not None:
        store.set_registered_model_alias(capability, CHALLENGER, version)
    elif challenger(capability):
        store.delete_registered_model_alias(capability, CHALLENGER)


def profile(version: ModelVersion) -> dict[str, Any] | None:
    """The population that a version learned from; None for one of before."""
    import mlflow

    store = client()
    if PROFILE not in {file.path for file in store.list_artifacts(version.run_id)}:
        return None
    with _quiet():
        found: dict[str, Any] = mlflow.artifacts.load_dict(f"runs:/{version.run_id}/{PROFILE}")
    return found


def promote(capability: str, version: str) -> None:
    """Point `champion` at a version; the model service follows within seconds. The one before is
    kept in a tag, so that `rollback` finds it."""
    store = client()
    reigning = champion(capability)
    store.set_registered_model_alias(capability, CHAMPION, version)
    rival = challenger(capability)
    if rival and rival.version == version:
        challenge(capability, None)
    if reigning and reigning.version != version:
        store.set_model_version_tag(capability, version, "replaced", reigning.version)


def rollback(capability: str) -> str | None:
    """Put back the champion before this one; its version, or None when there was none."""
    store = client()
    reigning = champion(capability)
    if reigning is None:
        return None
    tags = store.get_model_version(capability, reigning.version).tags
    before = tags.get("replaced")
    if before is None:
        return None
    store.set_registered_model_alias(capability, CHAMPION, before)
    return str(before)
