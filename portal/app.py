"""The portal, on the API's application: one process, one database, the same services."""

import gc
from importlib import import_module

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from portal import errors, session
from portal.render import STATIC
from portal.security import Shield
from records_api import app as records

DESKS = (
    "front",
    "doctor",
    "doctor.notes",
    "doctor.vitals",
    "planner",
    "identity",
    "resident",
    "account",
    "status",
)


def install(app: FastAPI) -> FastAPI:
    """Mount pages, static files, error pages and headers on the records API."""
    app.add_middleware(session.Cookies)
    app.add_middleware(Shield)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for desk in DESKS:
        app.include_router(import_module(f"portal.desks.{desk}.router").router)
    errors.install(app)
    return app


def create() -> FastAPI:
    """The application that `sehat up` serves: `uvicorn --factory portal.app:create`."""
    app = install(records.build())
    # What is there now stays: the collector need not look through it again, 100 ms at a time.
    gc.collect()
    gc.freeze()
    return app
