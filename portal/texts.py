"""Text in Python code that a template will translate: `_` marks it for the catalogue."""

from collections.abc import Callable

from records_api.advice.tables import Advice
from records_api.core.i18n import marked as _


def source(speak: Callable[..., str], advice: Advice, plain: str) -> str:
    """What answered: the model and its version, or the plain way that took its place."""
    if advice.model_version is None:
        return speak(plain)
    name = speak(advice.model)
    return speak(_("Model {name}, version {version}"), name=name, version=advice.model_version)
