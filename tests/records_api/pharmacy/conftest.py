"""A dispensary with an item on its list."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from records_api.core.context import Context
from records_api.facilities import service as facilities
from records_api.facilities.schemas import DistrictIn, FacilityIn
from records_api.pharmacy import service as pharmacy
from records_api.pharmacy.schemas import ItemIn


@dataclass(frozen=True)
class City:
    facility: str
    other: str
    item: str


@pytest.fixture
def city(ctx: Callable[..., Context]) -> City:
    acting = ctx("system")
    facilities.put_districts(acting, [DistrictIn(code="delhi", name_en="Delhi")])
    facility, other = facilities.create_many(
        acting,
        [
            FacilityIn(code=code, name=code, kind="dispensary", district="delhi")
            for code in ("D-1", "D-2")
        ],
    )
    ids = pharmacy.add_items(
        acting, [ItemIn(code="PCM500", name="Paracetamol 500 mg", atc="N02BE01", unit="{tbl}")]
    )
    acting.session.commit()
    return City(facility, other, ids["PCM500"])
