"""A logistics ledger by site, product and month (LMIS) as stock movements and dispensing.

Opening stock that differs from the closing stock of the month before becomes an adjustment, and so
does a closing stock that the movements do not explain: after each month the stock on hand is the one
that was counted.
"""

import csv
import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from records_api.core.context import Context
from records_api.core.errors import Invalid
from records_api.core.ids import derived_id
from records_api.exchange.service import Row
from records_api.facilities import service as facilities
from records_api.facilities.schemas import DistrictIn, FacilityIn
from records_api.pharmacy import service as pharmacy
from records_api.pharmacy.ledger import Entry, record_ledger_many
from records_api.pharmacy.schemas import ItemIn

SOURCE = "lmis"

ZONE = "Africa/Abidjan"
KEY = ("site_code", "product_code", "year", "month")
AMOUNTS = (
    "stock_initial",
    "stock_received",
    "stock_distributed",
    "stock_adjustment",
    "stock_end",
)
_KINDS = {"Hospital": "hospital", "Health Center": "dispensary"}


def ledger_file(path: Path) -> Path:
    """The ledger at PATH, or the one file in the folder PATH that has its columns."""
    if path.is_file():
        return path
    for file in sorted(path.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as opened:
            if {*KEY, *AMOUNTS} <= set(next(csv.reader(opened), [])):
                return file
    raise ValueError(f"{path}: no .csv in it has the columns {', '.join((*KEY, *AMOUNTS))}")


def rows(path: Path) -> Iterator[Row]:
    """Ledger rows in the order of time, so that each month begins where the last one ended."""
    file = ledger_file(path)
    with file.open(encoding="utf-8", newline="") as opened:
        reader = csv.DictReader(opened)
        missing = {*KEY, *AMOUNTS} - set(reader.fieldnames or ())
        if missing:
            raise ValueError(f"{file.name}: column {', '.join(sorted(missing))} is missing")
        read = [_row(number, line) for number, line in enumerate(reader, start=2)]
    yield from sorted(read, key=_when)


def _when(row: Row) -> tuple[int, int, str]:
    content = row.content
    if row.error is not None:
        return (0, 0, row.key)
    return (int(content["year"]), int(content["month"]), row.key)


def _row(number: int, line: dict[str, Any]) -> Row:
    content = {k: v for k, v in line.items() if k and k != "reject_reason"}
    for name in KEY:
        if not content.get(name):
            return Row(f"line {number}", content, f"{name}: is missing (line {number})")
    key = "|".join(content[name] for name in KEY)
    try:
        year, month = int(content["year"]), int(content["month"])
        datetime(year, month, 1)  # noqa: DTZ001
    except (ValueError, OverflowError) as error:
        return Row(key, content, f"year, month: {error} (line {number})")
    for name in AMOUNTS:
        try:
            value = Decimal(content[name])
        except (InvalidOperation, TypeError):
            return Row(key, content, f"{name}: {content[name]!r} is not a number (line {number})")
        if not value.is_finite() or (value < 0 and name != "stock_adjustment"):
            return Row(key, content, f"{name}: {value} cannot be (line {number})")
    return Row(key, content)


class LmisImporter:
    source = SOURCE
    batch = 2000

    def __init__(self, folder: Path) -> None:
        """`folder` may hold the site and product lists; they give kinds, places and names."""
        self._sites = _listed(folder / "lmis_service_delivery_site_data.csv", "site_code")
        self._products = _listed(folder / "lmis_product.csv", "product_code")

    def prepare(self, ctx: Context) -> None:
        """Sites and products are made as rows name them."""

    def write(self, ctx: Context, rows: Sequence[Row], changed: frozenset[str]) -> None:
        if changed:
            raise Invalid(
                "This month was imported with other figures, and a ledger is never rewritten. "
                "Record an adjustment instead.",
                field="month",
            )
        known_at = ctx.at(self._end(rows[0]))
        self._places(known_at, rows)
        entries = [entry for row in rows for entry in self._month(row)]
        record_ledger_many(known_at, entries)

    def _end(self, row: Row) -> datetime:
        """The last moment of the row's month, where the site is."""
        year, month = int(row.content["year"]), int(row.content["month"])
        last = datetime(year, month, monthrange(year, month)[1], tzinfo=ZoneInfo(ZONE))
        return last + timedelta(days=1) - timedelta(seconds=1)

    def _places(self, ctx: Context, rows: Sequence[Row]) -> None:
        """Districts, sites and products of these rows, as far as they are new."""
        districts, sites, items = {}, {}, {}
        for row in rows:
            content, site, product = (
                row.content,
                row.content["site_code"],
                row.content["product_code"],
            )
            district = _code(content.get("district") or "unknown")
            name = content.get("district") or "Unknown"
            districts[district] = DistrictIn(code=district, name_en=name)
            sites[site] = self._site(site, district)
            name = self._products.get(product, {}).get("product_name", product).strip()
            items[product] = ItemIn(
                id=derived_id(SOURCE, "item", product), code=product, name=name, unit="{unit}"
            )
        facilities.put_districts(ctx, list(districts.values()))
        fresh = [s for s in sites.values() if not facilities.exists(ctx, str(s.id))]
        facilities.create_many(ctx, fresh, source=SOURCE)
        pharmacy.add_items(ctx, list(items.values()), source=SOURCE)

    def _site(self, code: str, district: str) -> FacilityIn:
        known = self._sites.get(code, {})
        latitude, longitude = known.get("site_latitude"), known.get("site_longitude")
        return FacilityIn(
            id=derived_id(SOURCE, "site", code),
            code=code,
            name=f"{known.get('site_type', 'Site')} {code}",
            kind=_KINDS.get(known.get("site_type", ""), "other"),
            district=district,
            latitude=float(latitude) if latitude else None,
            longitude=float(longitude) if longitude else None,
            zone=ZONE,
        )

    def _month(self, row: Row) -> list[Entry]:
        """A month in the order in which stock moves: nothing leaves a shelf that is still empty."""
        amounts = {name: Decimal(row.content[name]) for name in AMOUNTS}
        adjusted = amounts["stock_adjustment"]
        steps: list[tuple[str, Decimal, dict[str, Any]]] = [
            ("count", amounts["stock_initial"], {"reason": "opening count"}),
            ("receive", amounts["stock_received"], {"number": SOURCE}),
            ("adjust", max(adjusted, Decimal()), {"reason": "ledger"}),
            ("dispense", given := amounts["stock_distributed"], {"supplied": given, "period": "M"}),
            ("adjust", min(adjusted, Decimal()), {"reason": "ledger"}),
            ("count", amounts["stock_end"], {"reason": "closing count"}),
        ]
        return [
            Entry(
                kind=kind,  # type: ignore[arg-type]
                facility_id=derived_id(SOURCE, "site", row.content["site_code"]),
                item_id=derived_id(SOURCE, "item", row.content["product_code"]),
                at=self._end(row),
                quantity=quantity,
                **more,
            )
            for kind, quantity, more in steps
            if quantity or kind in ("count", "dispense")  # nothing used is a figure too
        ]


def _code(name: str) -> str:
    """A district's code from its name: letters and digits, joined by hyphens."""
    return f"lmis-{re.sub(r'[^A-Za-z0-9]+', '-', name).strip('-')}"[:40]


def _listed(path: Path, key: str) -> dict[str, dict[str, str]]:
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {line[key]: line for line in csv.DictReader(file)}
