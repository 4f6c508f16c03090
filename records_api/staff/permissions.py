"""Who may make and change accounts."""

from typing import Annotated

from fastapi import Depends

from records_api.core.auth import requires
from records_api.core.context import Context, Role

Administrator = Annotated[Context, Depends(requires(Role.ADMIN))]
