"""Who may register and find residents. Opening a record is `consent.permissions`."""

from typing import Annotated

from fastapi import Depends

from records_api.core.auth import requires
from records_api.core.context import Context, Role

Registrar = Annotated[Context, Depends(requires(Role.CLERK, Role.ADMIN))]
Finder = Annotated[
    Context,
    Depends(requires(Role.CLERK, Role.DOCTOR, Role.NURSE, Role.PHARMACIST, Role.ADMIN)),
]
