"""Who prescribes, and who reads prescriptions; `consent.service.open_record` decides for each."""

from typing import Annotated

from fastapi import Depends

from records_api.core.auth import requires
from records_api.core.context import Context, Role

Prescriber = Annotated[Context, Depends(requires(Role.DOCTOR))]
Reader = Annotated[
    Context, Depends(requires(Role.DOCTOR, Role.NURSE, Role.PHARMACIST, Role.RESIDENT))
]
