"""Who may change the city's register of facilities. Everybody may read it."""

from typing import Annotated

from fastapi import Depends

from records_api.core.auth import requires
from records_api.core.context import Context, Role

Registrar = Annotated[Context, Depends(requires(Role.ADMIN))]
