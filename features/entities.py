"""What features are about. The keys are those of the records."""

from feast import Entity
from feast.value_type import ValueType


def _entity(name: str, key: str, description: str) -> Entity:
    return Entity(name=name, join_keys=[key], value_type=ValueType.STRING, description=description)


patient = _entity("patient", "patient_id", "a resident")
encounter = _entity("encounter", "encounter_id", "one visit")
district = _entity("district", "district", "a district of the city")
facility_item = _entity("facility_item", "unique_id", "facility|item: one shelf of one facility")
# Part of the key, so that the join of a training set meets one period and not a whole series.
period = _entity("period", "period", "D, W or M and the period's first day: D2026-01-31")
face_capture = _entity("face_capture", "capture_id", "one picture of a face")

ENTITIES = [patient, encounter, district, facility_item, period, face_capture]
