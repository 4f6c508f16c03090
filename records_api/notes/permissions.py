"""Who may try to write or read a note; the record must be open to them, and a draft their own."""

from records_api.consent.permissions import RecordReader
from records_api.encounters.permissions import Reader, Writer

__all__ = ["Reader", "RecordReader", "Writer"]
