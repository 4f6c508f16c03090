"""Training: an entry point for each capability, one registry, one place for the gates."""

import models.settings  # noqa: F401  switches off what phones home, before MLflow is imported
