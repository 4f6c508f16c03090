"""The model as MLflow holds it: code by reference, the predictor's folder as its artifact.

MLflow runs this file when it loads a model ("models from code"), so nothing is pickled.
"""

from pathlib import Path
from typing import Any

import mlflow.pyfunc
from mlflow.models import set_model

from models.loading import load_predictor


class Predictor(mlflow.pyfunc.PythonModel):  # type: ignore[misc,name-defined]
    def load_context(self, context: Any) -> None:
        self.predictor = load_predictor(Path(context.artifacts["predictor"]))

    # No annotations: MLflow would make a tabular signature of them, and inputs are not tables.
    def predict(self, context, model_input, params=None):  # type: ignore[no-untyped-def]
        return self.predictor.predict(model_input, **(params or {}))


set_model(Predictor())
