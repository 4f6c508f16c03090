"""A small city whose history can be replayed up to any moment, as the records API would write it.

Each event is what one request leaves: rows, values changed in place, and a row of the outbox. What
had not been recorded by a moment is then truly absent from the records, and not just filtered.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Table, insert, update

from records_api import tables
from records_api.core.audit import OutboxRow
from records_api.core.db import make_engine

T: dict[str, Table] = dict(tables.Base.metadata.tables)
START = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)  # a Monday morning in Delhi
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LONG_AGO = START - 12_000 * DAY


@dataclass
class Event:
    """What was recorded at one moment."""

    recorded_at: datetime
    apply: Callable[[Connection], None]


@dataclass
class World:
    events: list[Event] = field(default_factory=list)
    number: int = 0

    def write(self, url: str, after: datetime | None = None, until: datetime | None = None) -> None:
        """Everything recorded after `after`, up to and with `until`."""
        engine = make_engine(url)
        with engine.begin() as connection:
            for event in sorted(self.events, key=lambda e: e.recorded_at):
                if (after is None or event.recorded_at > after) and (
                    until is None or event.recorded_at <= until
                ):
                    event.apply(connection)
        engine.dispose()

    def _new(self, kind: str) -> str:
        self.number += 1
        return f"{kind}{self.number}"

    def add(
        self,
        at: datetime,
        rows: Iterable[tuple[str, dict[str, Any]]],
        topic: str = "",
        entity_id: str = "",
        changes: Iterable[tuple[str, dict[str, Any], dict[str, Any]]] = (),
        **payload: Any,
    ) -> None:
        rows, changes = list(rows), list(changes)

        def apply(connection: Connection) -> None:
            for table, row in rows:
                connection.execute(insert(T[table]), row)
            for table, key, values in changes:
                query = update(T[table]).values(values)
                for name, value in key.items():
                    query = query.where(T[table].c[name] == value)
                assert connection.execute(query).rowcount == 1
            if topic:
                connection.execute(
                    insert(OutboxRow),
                    {"at": at, "topic": topic, "entity_id": entity_id, "payload": payload},
                )

        self.events.append(Event(at, apply))

    def place(
        self, districts: Iterable[str] = ("north", "south"), zone: str = "Asia/Kolkata"
    ) -> None:
        """Two districts with a facility each, two items, and a terminology."""
        districts = list(districts)
        rows: list[tuple[str, dict[str, Any]]] = [
            ("districts", {"code": code, "name_en": code}) for code in districts
        ]
        common = {"source": "test", "recorded_at": LONG_AGO}
        for code in districts:
            facility = {"id": f"F-{code}", "code": code, "name": code, "kind": "dispensary"}
            rows.append(
                (
                    "facilities",
                    facility
                    | common
                    | {"district": code, "zone": zone, "synthetic": True, "version": 1},
                )
            )
        for item in ("paracetamol", "ors"):
            row = {"id": item, "code": item, "name": item, "atc": "N02BE01", "unit": "{tbl}"}
            rows.append(("items", row | common))
        for code, kind in (("E_1", "finding"), ("dengue", "condition")):
            row = {"code": code, "kind": kind, "name_en": code, "detail": {"en": "?"}}
            rows.append(("concepts", row | common))
        self.add(LONG_AGO, rows)

    def patient(
        self, at: datetime, district: str | None = "north", born: str = "1980-06-01"
    ) -> str:
        key = self._new("P")
        row = {
            "id": key,
            "health_id": f"{self.number:014d}",
            "name": "A Resident",
            "search_name": "a resident",
            "sex": "F",
            "birth_date": date.fromisoformat(born),
            "district": district,
            "synthetic": True,
            "source": "test",
            "recorded_at": at,
            "updated_at": at,
            "version": 1,
        }
        self.add(at, [("patients", row)], "patient.changed", key)
        return key

    def move(self, at: datetime, patient: str, was: str | None, to: str) -> None:
        self.add(
            at,
            [],
            "patient.changed",
            patient,
            [("patients", {"id": patient}, {"district": to, "updated_at": at})],
            was={"birth_date": "1980-06-01", "sex": "F", "district": was},
        )

    def encounter(
        self,
        at: datetime,
        patient: str,
        present: Iterable[str] = (),
        absent: Iterable[str] = (),
        facility: str | None = "F-north",
        recorded_at: datetime | None = None,
    ) -> str:
        key, known = self._new("E"), recorded_at or at
        row = {
            "id": key,
            "patient_id": patient,
            "facility_id": facility,
            "status": "open",
            "started_at": at,
            "source": "test",
            "recorded_at": known,
            "version": 1,
        }
        found = [
            ("encounter_findings", {"encounter_id": key, "code": code, "status": status})
            for codes, status in ((present, "present"), (absent, "absent"))
            for code in codes
        ]
        rows = [(name, finding | {"recorded_at": known}) for name, finding in found]
        self.add(known, [("encounters", row), *rows], "encounter.changed", key)
        return key

    def finding(self, at: datetime, encounter: str, code: str, status: str = "present") -> None:
        row = {"encounter_id": encounter, "code": code, "status": status, "recorded_at": at}
        self.add(at, [("encounter_findings", row)], "encounter.changed", encounter)

    def limits(self, measured: Mapping[str, Any]) -> None:
        """Findings that measurements decide: code → what their detail says."""
        common = {"kind": "finding", "source": "test", "recorded_at": LONG_AGO}
        rows = [
            ("concepts", {"code": code, "name_en": code, "detail": {"measured": told}} | common)
            for code, told in measured.items()
        ]
        self.add(LONG_AGO, rows)

    def vital(
        self,
        at: datetime,
        encounter: str,
        code: str,
        value: float,
        recorded_at: datetime | None = None,
    ) -> None:
        known = recorded_at or at
        row = {
            "id": self._new("V"),
            "encounter_id": encounter,
            "code": code,
            "value": Decimal(str(value)),
            "unit": "?",
            "measured_at": at,
            "recorded_at": known,
        }
        self.add(known, [("vitals", row)], "encounter.changed", encounter)

    def corrected(
        self, at: datetime, encounter: str, code: str, was: tuple[str, datetime], status: str
    ) -> None:
        key = {"encounter_id": encounter, "code": code}
        self.add(
            at,
            [],
            "encounter.changed",
            encounter,
            [("encounter_findings", key, {"status": status, "recorded_at": at})],
            was={code: [was[0], was[1].isoformat()]},
        )

    def diagnosis(
        self,
        at: datetime,
        encounter: str,
        condition: str,
        status: str = "confirmed",
        recorded_at: datetime | None = None,
    ) -> None:
        key, known = self._new("D"), recorded_at or at
        row = {
            "id": key,
            "encounter_id": encounter,
            "condition": condition,
            "status": status,
            "decided_by": "doctor",
            "decided_at": at,
            "recorded_at": known,
        }
        self.add(known, [("diagnoses", row)], "diagnosis.changed", key, encounter_id=encounter)

    def supply(
        self,
        at: datetime,
        requested: float,
        supplied: float | None = None,
        facility: str = "F-north",
        item: str = "paracetamol",
        period: str = "once",
        recorded_at: datetime | None = None,
    ) -> None:
        known = recorded_at or at
        row = {
            "id": self._new("S"),
            "facility_id": facility,
            "item_id": item,
            "requested": Decimal(str(requested)),
            "supplied": Decimal(str(requested if supplied is None else supplied)),
            "period": period,
            "at": at,
            "by": "pharmacist",
            "recorded_at": known,
        }
        self.add(known, [("dispenses", row)], "stock.changed", f"{facility}|{item}")

    def stock(
        self,
        at: datetime,
        quantity: float,
        facility: str = "F-north",
        item: str = "paracetamol",
        recorded_at: datetime | None = None,
    ) -> None:
        known, batch = recorded_at or at, self._new("B")
        lot = {"id": batch, "facility_id": facility, "item_id": item, "number": batch}
        row = {
            "id": self._new("M"),
            "batch_id": batch,
            "facility_id": facility,
            "item_id": item,
            "kind": "receive" if quantity > 0 else "adjust",
            "quantity": Decimal(str(quantity)),
            "at": at,
            "by": "pharmacist",
            "recorded_at": known,
        }
        rows = [("batches", lot | {"on_hand": 0}), ("stock_movements", row)]
        self.add(known, rows, "stock.changed", f"{facility}|{item}")

    def capture(
        self, at: datetime, patient: str, purpose: str = "enrolment", quality: float = 0.8
    ) -> str:
        key = self._new("C")
        row = {
            "id": key,
            "patient_id": patient,
            "purpose": purpose,
            "picture": b"secret picture",
            "digest": "0" * 64,
            "device": "camera",
            "facility_id": "F-north",
            "quality": quality,
            "problems": "",
            "consented_at": at,
            "taken_at": at,
            "taken_by": "clerk",
            "source": "test",
            "recorded_at": at,
        }
        self.add(at, [("face_captures", row)], "capture.changed", key)
        return key

    def decide(self, at: datetime, capture: str, decision: str) -> None:
        advice = {
            "id": self._new("A"),
            "capability": "identity",
            "subject_id": capture,
            "model": "identity",
            "degraded": False,
            "inputs_digest": "",
            "answer": {},
            "asked_by": "clerk",
            "asked_at": at,
            "decision": decision,
            "decided_by": "clerk",
            "decided_at": at,
        }
        changes = [("face_captures", {"id": capture}, {"decision": decision})]
        self.add(at, [("advice", advice)], "capture.changed", capture, changes)

    def advise(
        self,
        at: datetime,
        subject: str,
        ranked: Iterable[str],
        present: Iterable[str] = (),
        version: str | None = "3",
        question: str | None = None,
        age: float = 40.0,
    ) -> str:
        """A differential; each condition half as probable as the one before."""
        key = self._new("A")
        row = {
            "id": key,
            "capability": "diagnosis",
            "subject_id": subject,
            "model": "diagnosis",
            "model_version": version,
            "degraded": version is None,
            "inputs_digest": question or key,
            "inputs": {"age": age, "sex": "F", "present": list(present), "absent": []},
            "answer": self._answer(ranked),
            "asked_by": "doctor",
            "asked_at": at,
        }
        self.add(at, [("advice", row)], "advice.changed", key)
        return key

    def decided(self, at: datetime, advice: str, decision: str, reason: str | None = None) -> None:
        values = {"decision": decision, "decision_reason": reason}
        values |= {"decided_by": "doctor", "decided_at": at}
        self.add(at, [], "advice.changed", advice, [("advice", {"id": advice}, values)])

    def shadowed(self, at: datetime, question: str, ranked: Iterable[str], version: str) -> None:
        key = self._new("H")
        row = {
            "id": key,
            "inputs_digest": question,
            "model": "diagnosis",
            "model_version": version,
            "champion_version": "3",
            "answer": self._answer(ranked),
            "answered_at": at,
            "recorded_at": at,
        }
        self.add(at, [("shadow_answers", row)], "shadow.changed", key)

    def _answer(self, ranked: Iterable[str]) -> dict[str, Any]:
        rows = [{"condition": c, "probability": 0.5**k} for k, c in enumerate(ranked, 1)]
        return {
            "ranked": rows,
            "prediction_set": [r["condition"] for r in rows],
            "abstained": False,
        }

    def withdraw(self, at: datetime, capture: str) -> None:
        changes = [("face_captures", {"id": capture}, {"picture": None, "withdrawn_at": at})]
        self.add(at, [], "capture.changed", capture, changes)
