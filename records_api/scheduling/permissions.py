"""Residents book for themselves, clerks for anybody; clinics are opened by clerks and admins."""

from typing import Annotated

from fastapi import Depends

from records_api.core.auth import requires
from records_api.core.context import Context, Role

Booker = Annotated[Context, Depends(requires(Role.RESIDENT, Role.CLERK))]
Planner = Annotated[Context, Depends(requires(Role.CLERK, Role.ADMIN))]
Clinic = Annotated[Context, Depends(requires(Role.CLERK, Role.DOCTOR, Role.NURSE))]
