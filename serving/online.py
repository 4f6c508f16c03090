"""Online features for one answer. A store that is missing or broken costs context, not the answer."""

import logging
from datetime import date
from typing import Any

log = logging.getLogger(__name__)

# facility and item → first day of the last period, use by period oldest first, its frequency
History = dict[tuple[str, str], tuple[date, list[float], str]]


class OnlineFeatures:
    """Reads the Feast online store. Feast is slow to import, so it is imported here, once."""

    def __init__(self) -> None:
        self._problem: str | None = None
        from features import store

        self._store = store
        # The first question opens the store and costs seconds; no doctor waits for it.
        self.of_patient("nobody", "nowhere")

    def of_patient(self, patient_id: str | None, district: str | None) -> dict[str, Any]:
        if patient_id is None and district is None:
            return {}
        try:
            known: dict[str, Any] = self._store.online(
                "diagnosis", patient_id=patient_id, district=district
            )
        except Exception as error:
            self._note(error)
            return {}
        self._problem = None
        return known

    def of_demand(self, keys: list[tuple[str, str]]) -> History:
        try:
            found = self._store.online_demand(keys)
        except Exception as error:
            self._note(error)
            return {}
        self._problem = None
        return {
            key: (date.fromisoformat(str(until)[:10]), values, freq)
            for key, (until, values, freq) in found.items()
            if until is not None
        }

    def _note(self, error: Exception) -> None:
        # Once, not at every request; never with keys of patients in it.
        if self._problem is None:
            log.error("online features do not answer: %s", type(error).__name__)
        self._problem = type(error).__name__

    def status(self) -> dict[str, str | None]:
        return {"problem": self._problem}
