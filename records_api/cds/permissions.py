"""Who may ask for cards and judge them; `consent.service.open_record` then decides for the patient."""

from typing import Annotated

from fastapi import Depends

from records_api.core.auth import requires
from records_api.core.context import Context, Role

Caller = Annotated[Context, Depends(requires(Role.DOCTOR, Role.NURSE))]
