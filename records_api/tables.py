"""Every table, imported so that migrations and tests see the whole schema."""

from records_api.advice import tables as advice
from records_api.consent import tables as consent
from records_api.core import audit, idempotency
from records_api.core.db import Base
from records_api.drift import tables as drift
from records_api.encounters import tables as encounters
from records_api.exchange import tables as exchange
from records_api.facilities import tables as facilities
from records_api.identity import tables as identity
from records_api.notes import tables as notes
from records_api.patients import tables as patients
from records_api.pharmacy import tables as pharmacy
from records_api.prescribing import tables as prescribing
from records_api.scheduling import tables as scheduling
from records_api.staff import tables as staff
from records_api.terminology import tables as terminology

__all__ = [
    "Base",
    "advice",
    "audit",
    "consent",
    "drift",
    "encounters",
    "exchange",
    "facilities",
    "idempotency",
    "identity",
    "notes",
    "patients",
    "pharmacy",
    "prescribing",
    "scheduling",
    "staff",
    "terminology",
]
