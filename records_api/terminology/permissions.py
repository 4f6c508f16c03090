"""Who may change the terminology. Everybody who signed in may read it."""

from typing import Annotated

from fastapi import Depends

from records_api.core.auth import requires
from records_api.core.context import Context, Role

Editor = Annotated[Context, Depends(requires(Role.ADMIN))]
