"""The identity desk. It needs no open medical record: a capture stands on its own consent."""

from typing import Annotated

from fastapi import Depends

from records_api.core.auth import requires
from records_api.core.context import Context, Role

Desk = Annotated[Context, Depends(requires(Role.CLERK))]
DeskOrResident = Annotated[Context, Depends(requires(Role.CLERK, Role.RESIDENT))]
