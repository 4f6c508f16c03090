"""The OpenAPI document is one that people can work from."""

import importlib
import pkgutil
from typing import Any

import pytest
from pydantic import BaseModel

import records_api
from records_api.app import build
from records_api.core.db import Database


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return build(Database("sqlite://")).openapi()


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_json_body_has_an_example(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]

    def exemplified(schema: dict[str, Any]) -> bool:
        if "anyOf" in schema:
            return any(exemplified(choice) for choice in schema["anyOf"])
        schema = schema.get("items", schema)
        whole = schemas.get(schema.get("$ref", "").rpartition("/")[2], schema)
        parts = whole.get("properties", {}).values()
        return "examples" in whole or any("examples" in part for part in parts)

    bodies = {
        name: operation["requestBody"]["content"]["application/json"]["schema"]
        for name, operation in operations(document)
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    }
    assert len(bodies) > 20
    assert [name for name, schema in bodies.items() if not exemplified(schema)] == []


def test_every_operation_says_what_it_does(document: dict[str, Any]) -> None:
    assert [name for name, op in operations(document) if not op.get("description")] == []


def test_every_operation_tells_its_problems(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        assert {"401", "403", "404", "409", "412", "422"} <= operation["responses"].keys(), name


def test_examples_fit_their_schemas(document: dict[str, Any]) -> None:
    """An example that the API would refuse teaches the wrong thing."""
    tried = 0
    for module in pkgutil.walk_packages(records_api.__path__, "records_api."):
        if not module.name.endswith((".schemas", ".forecasting")):
            continue
        for model in vars(importlib.import_module(module.name)).values():
            known = getattr(model, "__name__", "") in document["components"]["schemas"]
            if known and isinstance(model, type) and issubclass(model, BaseModel):
                extra = model.model_config.get("json_schema_extra")
                for example in extra.get("examples", []) if isinstance(extra, dict) else []:
                    model.model_validate(example)
                    tried += 1
    assert tried > 10
