"""Who reads drift reports: whoever is shown suggestions, plans, or keeps the suite."""

from typing import Annotated

from fastapi import Depends

from records_api.core.auth import requires
from records_api.core.context import Context, Role

READERS = (Role.ADMIN, Role.DOCTOR, Role.NURSE, Role.PLANNER, Role.PHARMACIST)
Reader = Annotated[Context, Depends(requires(*READERS))]
