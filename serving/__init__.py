"""The model service: one BentoML service, an endpoint per capability."""

import os

# Before BentoML or MLflow is imported: this is patient data, nothing phones home.
os.environ.update(DO_NOT_TRACK="true", BENTOML_DO_NOT_TRACK="True", MLFLOW_DISABLE_TELEMETRY="true")
