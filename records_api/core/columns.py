"""Columns that tables share."""

from datetime import datetime
from typing import Annotated

from sqlalchemy import String
from sqlalchemy.orm import mapped_column

from records_api.core.db import UTCDateTime
from records_api.core.ids import new_id

Id = Annotated[str, mapped_column(String(36), primary_key=True, default=new_id)]
Ref = Annotated[str, mapped_column(String(36), index=True)]
Code = Annotated[str, mapped_column(String(64))]
Name = Annotated[str, mapped_column(String(200))]
Instant = Annotated[datetime, mapped_column(UTCDateTime)]
