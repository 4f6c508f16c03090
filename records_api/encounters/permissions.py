"""Who may try to open an encounter; `consent.service.open_record` then decides for this one."""

from typing import Annotated

from fastapi import Depends

from records_api.core.auth import requires
from records_api.core.context import Context, Role

Reader = Annotated[Context, Depends(requires(Role.DOCTOR, Role.NURSE, Role.RESIDENT))]
Writer = Annotated[Context, Depends(requires(Role.DOCTOR, Role.NURSE))]
Doctor = Annotated[Context, Depends(requires(Role.DOCTOR))]
