"""FHIR R4: bundles (or single resources) as JSON; one row a resource.

Every resource is validated and kept whole. Patients, organizations, encounters, vital signs and
conditions are mapped to our tables as well; the rest stays readable as it came.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from records_api.core.context import Context
from records_api.core.errors import Invalid
from records_api.core.ids import derived_id
from records_api.encounters import bulk
from records_api.encounters.schemas import DiagnosisRecord, EncounterRecord, VitalIn
from records_api.exchange import fhir, repository
from records_api.exchange.service import Row
from records_api.facilities import service as facilities
from records_api.facilities.schemas import DistrictIn, FacilityIn
from records_api.patients import repository as patients
from records_api.patients import service as patient_service
from records_api.patients.schemas import PatientChange, PatientIn
from records_api.terminology import service as terminology
from records_api.terminology.schemas import ConceptIn

SOURCE = "fhir"
ELSEWHERE = "elsewhere"
SUFFIXES = (".json", ".ndjson")
_STATUS = {"confirmed": "confirmed", "refuted": "refuted"}


def rows(path: Path) -> Iterator[Row]:
    """Resources of a bundle or of NDJSON, or of each such file below a folder.

    A file that cannot be read is one row, a line of NDJSON that cannot is one too.
    """
    found = (p for p in path.rglob("*") if p.suffix in SUFFIXES and p.is_file())
    files = sorted(found) if path.is_dir() else [path]
    if not files:
        raise ValueError(f"{path}: no {' or '.join(SUFFIXES)} file in this folder")
    for file in files:
        if file.suffix == ".ndjson":
            yield from _lines(file)
            continue
        try:
            document = json.loads(file.read_text(encoding="utf-8-sig"))
            entries = (
                document["entry"]
                if document["resourceType"] == "Bundle"
                else [{"resource": document}]
            )
            resources = [entry["resource"] for entry in entries]
        except (ValueError, KeyError, TypeError) as error:
            yield Row(file.name, {"file": file.name}, f"{file.name}: not a FHIR document ({error})")
            continue
        for number, resource in enumerate(resources):
            yield _row(file.name, number, resource)


def _lines(file: Path) -> Iterator[Row]:
    """One resource a line, as bulk exports have it."""
    with file.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines):
            if not line.strip():
                continue
            try:
                resource = json.loads(line)
            except ValueError as error:
                name = f"{file.name}#{number + 1}"
                yield Row(name, {"line": line}, f"line {number + 1}: not JSON ({error})")
                continue
            yield _row(file.name, number, resource)


def _row(file: str, number: int, resource: Any) -> Row:
    if not isinstance(resource, dict):
        return Row(
            f"{file}#{number}", {"value": resource}, f"entry.{number}.resource: not an object"
        )
    kind, name = resource.get("resourceType"), resource.get("id")
    if not isinstance(kind, str) or not isinstance(name, str):
        return Row(f"{file}#{number}", resource, f"entry.{number}: resourceType and id are needed")
    return Row(f"{kind}/{name}", resource, _problem(kind, resource))


def _problem(kind: str, resource: dict[str, Any]) -> str | None:
    """What the R4 definitions (`fhir.resources.R4B`) say against a resource, as one sentence."""
    from fhir.resources.R4B import get_fhir_model_class

    try:
        get_fhir_model_class(kind).model_validate(resource)
    except KeyError:
        return f"resourceType: there is no {kind} in FHIR R4"
    except ValidationError as error:
        first = error.errors()[0]
        return f"{kind}.{'.'.join(map(str, first['loc']))}: {first['msg']}"
    except (ValueError, TypeError) as error:
        return f"{kind}: {error}"
    return None


def _target(reference: Any) -> str | None:
    """`urn:uuid:X`, `Type/X` and `X` all name resource X."""
    text = reference.get("reference") if isinstance(reference, dict) else None
    return text.rsplit("/", 1)[-1].removeprefix("urn:uuid:") if isinstance(text, str) else None


def our_id(kind: str, name: str) -> str:
    return derived_id(SOURCE, kind, name)


def _moment(text: str | None) -> datetime | None:
    if text is None or "T" not in text:
        return None
    return datetime.fromisoformat(text)


def _coded(concept: dict[str, Any]) -> tuple[str, str, str]:
    """System, code and display of the first coding."""
    coding = (concept.get("coding") or [{}])[0]
    display = coding.get("display") or concept.get("text") or coding.get("code") or "unknown"
    return coding.get("system", ""), coding.get("code", ""), display


def _patient(resource: dict[str, Any]) -> PatientIn:
    names = resource.get("name") or [{}]
    name = next((n for n in names if n.get("use") == "official"), names[0])
    text = name.get("text") or " ".join([*name.get("given", []), name.get("family", "")])
    if "birthDate" not in resource:
        raise Invalid("A date of birth is needed.", field="Patient.birthDate")
    return PatientIn(
        id=our_id("Patient", resource["id"]),
        name=text or "Unknown",
        sex={"female": "F", "male": "M", "other": "other"}.get(
            resource.get("gender", ""), "unknown"
        ),
        birth_date=resource["birthDate"],
        district=None,
        deceased_at=_moment(resource.get("deceasedDateTime")),
    )


def _vitals(observation: dict[str, Any]) -> list[VitalIn]:
    return [
        VitalIn(code=one.code, value=one.value, unit=one.unit, measured_at=one.measured_at)
        for one in fhir.measurements(observation)
    ]


class FhirImporter:
    source = SOURCE
    batch = 4000  # a bundle of one person, so that what refers to each other is written together

    def prepare(self, ctx: Context) -> None:
        """Nothing is shared by all rows."""

    def write(self, ctx: Context, rows: Sequence[Row], changed: frozenset[str]) -> None:
        by_kind: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            by_kind.setdefault(row.content["resourceType"], []).append(row.content)
        self._patients(ctx, by_kind.get("Patient", []), changed)
        self._facilities(ctx, by_kind.get("Organization", []), changed)
        self._encounters(ctx, by_kind)
        self._keep(ctx, rows)

    def _patients(
        self, ctx: Context, resources: list[dict[str, Any]], changed: frozenset[str]
    ) -> None:
        fresh = [_patient(r) for r in resources if f"Patient/{r['id']}" not in changed]
        tagged = any("synthea" in json.dumps(r.get("meta", {})) for r in resources)
        patient_service.register_many(ctx, fresh, source=SOURCE, synthetic=tagged)
        for resource in resources:
            if f"Patient/{resource['id']}" in changed:
                data = _patient(resource)
                change = PatientChange(name=data.name, sex=data.sex, birth_date=data.birth_date)
                patient_service.change(ctx, str(data.id), change, None)

    def _facilities(
        self, ctx: Context, resources: list[dict[str, Any]], changed: frozenset[str]
    ) -> None:
        if not resources:
            return
        place = DistrictIn(code=ELSEWHERE, name_en="Elsewhere", name_hi="अन्यत्र")
        facilities.put_districts(ctx, [place])
        fresh = [
            FacilityIn(
                id=our_id("Organization", r["id"]),
                code=f"fhir:{r['id']}"[:64],
                name=r.get("name") or r["id"],
                kind="other",
                district=ELSEWHERE,
            )
            for r in resources
            if f"Organization/{r['id']}" not in changed
            and not facilities.exists(ctx, our_id("Organization", r["id"]))
        ]
        facilities.create_many(ctx, fresh, source=SOURCE)

    def _encounters(self, ctx: Context, by_kind: dict[str, list[dict[str, Any]]]) -> None:
        """Encounters with their vital signs and conditions, written as whole visits."""
        base = {r["id"]: r for r in by_kind.get("Encounter", [])}
        vitals: dict[str, list[VitalIn]] = {}
        diagnoses: dict[str, list[DiagnosisRecord]] = {}
        for resource in by_kind.get("Observation", []):
            name = _target(resource.get("encounter"))
            if name and (measured := _vitals(resource)):
                vitals.setdefault(name, []).extend(measured)
        concepts: dict[str, ConceptIn] = {}
        for resource in by_kind.get("Condition", []):
            name = _target(resource.get("encounter"))
            if name and (made := _diagnosis(resource)):
                concept, diagnosis = made
                concepts[concept.code] = concept
                diagnoses.setdefault(name, []).append(diagnosis)
        terminology.add_many(ctx, list(concepts.values()), source=SOURCE)
        for name in {*vitals, *diagnoses} - set(base):
            kept = repository.kept(ctx.session, our_id("Encounter", name))
            if kept is None:
                raise Invalid("This encounter was not imported.", field="encounter.reference")
            base[name] = kept
        records = []
        for name, resource in base.items():
            record = self._record(resource)
            records.append(
                record.model_copy(
                    update={"vitals": vitals.get(name, []), "diagnoses": diagnoses.get(name, [])}
                )
            )
        bulk.record_many(ctx, records, source=SOURCE)

    def _record(self, resource: dict[str, Any]) -> EncounterRecord:
        period = resource.get("period", {})
        start = _moment(period.get("start"))
        if start is None:
            raise Invalid("A visit needs the moment it began.", field="Encounter.period.start")
        subject = _target(resource.get("subject"))
        if subject is None:
            raise Invalid("A visit needs a patient.", field="Encounter.subject")
        clinician = _target((resource.get("participant") or [{}])[0].get("individual"))
        where = _target(resource.get("serviceProvider"))
        end = _moment(period.get("end"))
        kinds = resource.get("type") or [{}]
        return EncounterRecord(
            id=our_id("Encounter", resource["id"]),
            patient_id=our_id("Patient", subject),
            facility_id=our_id("Organization", where) if where else None,
            clinician_id=our_id("Practitioner", clinician) if clinician else None,
            complaint=_coded(kinds[0])[2][:500],
            started_at=start,
            ended_at=end,
            recorded_at=end or start,
            status="closed" if resource.get("status") == "finished" else "open",
        )

    def _keep(self, ctx: Context, rows: Sequence[Row]) -> None:
        kept = []
        for row in rows:
            resource = row.content
            kind = resource["resourceType"]
            subject = resource["id"] if kind == "Patient" else None
            subject = (
                subject or _target(resource.get("subject")) or _target(resource.get("patient"))
            )
            patient_id = our_id("Patient", subject) if subject else None
            if patient_id is not None:
                patients.get(ctx.session, patient_id)  # a reference to nobody is refused
            kept.append(
                {
                    "id": our_id(kind, resource["id"]),
                    "type": kind,
                    "patient_id": patient_id,
                    "source": SOURCE,
                    "resource": resource,
                    "recorded_at": ctx.now,
                }
            )
        repository.keep(ctx.session, kept)
        kinds = Counter(str(one["type"]) for one in kept)
        ctx.audit("exchange.import", source=SOURCE, resources=dict(kinds))


def _diagnosis(resource: dict[str, Any]) -> tuple[ConceptIn, DiagnosisRecord] | None:
    system, code, display = _coded(resource.get("code", {}))
    if not code:
        return None
    prefix = "sct" if "snomed" in system else "code"
    icd10 = code if "icd-10" in system else None
    concept = ConceptIn(
        code=f"{prefix}:{code}"[:100], kind="condition", name_en=display[:200], icd10=icd10
    )
    verification = _coded(resource.get("verificationStatus", {}))[1]
    decided = _moment(resource.get("recordedDate")) or _moment(resource.get("onsetDateTime"))
    diagnosis = DiagnosisRecord(
        condition=concept.code,
        icd10=icd10,
        status=_STATUS.get(verification, "working"),
        decided_at=decided,
    )
    return concept, diagnosis
