"""Who may decide on advice at all; which advice, `rules.DECIDERS` says by capability."""

from typing import Annotated

from fastapi import Depends

from records_api.core.auth import requires
from records_api.core.context import Context, Role

Decider = Annotated[
    Context,
    Depends(
        requires(Role.DOCTOR, Role.NURSE, Role.CLERK, Role.PLANNER, Role.PHARMACIST, Role.RESIDENT)
    ),
]
