"""Feature views by capability: the SQL that makes each from the extracts, and what Feast is told.

Every view keeps versions: `event_timestamp` is when a row was true, `created_timestamp` when the
record knew it. A question at t sees rows of which both are at or before t, so that neither the
future nor what was written down late can reach it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

# (entity rows with event_timestamp, names as view:feature) -> rows with their features
Retrieve = Callable[[pd.DataFrame, list[str]], pd.DataFrame]


@dataclass(frozen=True)
class View:
    """How one view is made, and its columns as Feast types.

    `moving` views change with the clock alone, as days end. `online` says what is put online.
    `settled` is SQL whose answer changes when the view has to be made anew; without it the view is
    made whenever one of its `sources` was read.
    """

    name: str
    keys: tuple[str, ...]
    entities: tuple[str, ...]
    sql: str
    features: Mapping[str, str]
    sources: tuple[str, ...]
    description: str
    moving: bool = False
    online: bool = True
    settled: str = ""

    def definition(self, offline: Path) -> Any:
        """The Feast view over the Parquet file in `offline`."""
        from datetime import timedelta

        from feast import FeatureView, Field, FileSource
        from feast.data_format import ParquetFormat
        from feast.types import Array, Bool, Float64, Int64, String

        from features import entities

        types: dict[str, Any] = {
            "text": String,
            "number": Float64,
            "count": Int64,
            "flag": Bool,
            "texts": Array(String),
            "numbers": Array(Float64),
        }
        source = FileSource(
            name=f"{self.name}_file",
            path=str(offline / f"{self.name}.parquet"),
            file_format=ParquetFormat(),
            timestamp_field="event_timestamp",
            created_timestamp_column="created_timestamp",
        )
        return FeatureView(
            name=self.name,
            entities=[getattr(entities, name) for name in self.entities],
            # No time to live: an old row is still the newest there is, and none is dropped.
            ttl=timedelta(0),
            schema=[
                *(Field(name=key, dtype=String) for key in self.keys),
                *(Field(name=name, dtype=types[kind]) for name, kind in self.features.items()),
            ],
            source=source,
            online=self.online,
            description=self.description,
        )
