"""Builds the application: the only place that wires slices, database and model service."""

from importlib import import_module

from fastapi import FastAPI

from records_api.core import edge, health
from records_api.core.db import Database
from records_api.core.models import ModelService
from records_api.core.settings import settings

SLICES = (
    "staff",
    "patients",
    "consent",
    "facilities",
    "terminology",
    "encounters",
    "guidance",
    "notes",
    "scheduling",
    "prescribing",
    "pharmacy",
    "identity",
    "advice",
    "cds",
    "drift",
)
DESCRIPTION = """The records of a city's medical services.

Every write takes an `Idempotency-Key`; every mutable row has a version for `If-Match`; errors are
RFC 9457 problem documents that name the field, in the language of `Accept-Language`."""


def build(database: Database | None = None, models: ModelService | None = None) -> FastAPI:
    """The API on its database and model service; tests pass their own."""
    app = FastAPI(
        title="Sehat records",
        version="0.1.0",
        description=DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,  # the stock page loads scripts from elsewhere
        redoc_url=None,
        responses={
            code: {"model": edge.Problem, "content": {"application/problem+json": {}}}
            for code in (401, 403, 404, 409, 412, 422)
        },
    )
    app.state.database = database or Database(settings().database)
    app.state.models = models or ModelService()
    edge.install(app)
    for name in SLICES:
        app.include_router(import_module(f"records_api.{name}.router").router)
    app.include_router(health.router)
    return app
