"""The typed parameters by which an endpoint opens a patient's record.

`RecordReader` and `RecordWriter` take `patient_id` from the path. An endpoint that finds the
patient through another row (an encounter) calls `service.open_record` itself, as its first line.
"""

from typing import Annotated

from fastapi import Depends

from records_api.consent import service
from records_api.core.auth import requires
from records_api.core.context import Context, Role

_readers = requires(Role.DOCTOR, Role.NURSE, Role.PHARMACIST, Role.CLERK, Role.RESIDENT)
_writers = requires(Role.DOCTOR, Role.NURSE)


def _read(ctx: Annotated[Context, Depends(_readers)], patient_id: str) -> Context:
    service.open_record(ctx, patient_id, "record.read")
    return ctx


def _write(ctx: Annotated[Context, Depends(_writers)], patient_id: str) -> Context:
    service.open_record(ctx, patient_id, "record.write")
    return ctx


RecordReader = Annotated[Context, Depends(_read)]
RecordWriter = Annotated[Context, Depends(_write)]
Clinician = Annotated[Context, Depends(requires(Role.DOCTOR, Role.NURSE))]
Consenter = Annotated[Context, Depends(requires(Role.RESIDENT, Role.CLERK))]
