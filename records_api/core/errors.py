"""Errors, one tree. Each becomes an RFC 9457 problem document in one place (`core.edge`).

    SehatError
    ├── Invalid            422  a field is wrong; names it
    ├── Unauthenticated    401  sign in
    ├── Forbidden          403  this role may not
    │   └── ConsentNeeded  403  the resident has not opened the record
    ├── NotFound           404
    ├── Conflict           409  true when asked, no longer when done
    │   ├── PlaceTaken
    │   └── OutOfStock
    ├── Stale              412  changed since it was read
    ├── TooManyTries       429
    ├── ModelUnavailable   503  only where there is no fallback
    └── StorageFailed      503  the database cannot be used now
        └── DiskFull       507

`detail` is an English sentence with `{names}`; it is translated, then filled with `params`.
"""

from typing import Any, ClassVar


class SehatError(Exception):
    status: ClassVar[int] = 500
    code: ClassVar[str] = "error"
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, detail: str, *, field: str | None = None, **params: Any) -> None:
        self.detail, self.field, self.params = detail, field, params
        super().__init__(detail.format(**params) if params else detail)


class Invalid(SehatError):
    status, code, title = 422, "invalid", "Please correct this field"


class Unauthenticated(SehatError):
    status, code, title = 401, "unauthenticated", "Please sign in"


class Forbidden(SehatError):
    status, code, title = 403, "forbidden", "Your role does not allow this"


class ConsentNeeded(Forbidden):
    code, title = "consent-needed", "The resident has not opened this record to you"


class NotFound(SehatError):
    status, code, title = 404, "not-found", "Not found"


class Conflict(SehatError):
    status, code, title = 409, "conflict", "This is no longer possible"


class PlaceTaken(Conflict):
    code, title = "place-taken", "No place is left"


class OutOfStock(Conflict):
    code, title = "out-of-stock", "Not enough stock"


class Stale(SehatError):
    status, code, title = 412, "stale", "Somebody changed this in the meantime"


class TooManyTries(SehatError):
    status, code, title = 429, "too-many-tries", "Too many tries"


class ModelUnavailable(SehatError):
    status, code, title = 503, "model-unavailable", "The model service does not answer"


class StorageFailed(SehatError):
    status, code, title = 503, "storage-failed", "The records cannot be used now"


class DiskFull(StorageFailed):
    status, code, title = 507, "disk-full", "The disk is full"
