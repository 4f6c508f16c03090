"""Who moves stock, who reads it, who decides on orders. That a storekeeper moves the stock of their
own facility alone is for `service` to say: it depends on the shelf."""

from typing import Annotated

from fastapi import Depends

from records_api.core.auth import requires
from records_api.core.context import Context, Role

Storekeeper = Annotated[Context, Depends(requires(Role.PHARMACIST, Role.ADMIN))]
Dispenser = Annotated[Context, Depends(requires(Role.PHARMACIST))]
StockReader = Annotated[
    Context,
    Depends(requires(Role.PHARMACIST, Role.PLANNER, Role.ADMIN, Role.DOCTOR, Role.NURSE)),
]
Planner = Annotated[Context, Depends(requires(Role.PLANNER, Role.PHARMACIST))]
ListEditor = Annotated[Context, Depends(requires(Role.ADMIN))]
