"""Checks requests and answers against an API description (OpenAPI 3.0, JSON)."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

_BASE = "urn:description"


class Description:
    """An API description; `problems` lists what in an exchange does not follow it."""

    def __init__(self, path: Path) -> None:
        content = json.loads(path.read_text(encoding="utf-8"))
        self._paths: Mapping[str, Any] = content["paths"]
        resource: Resource[Any] = Resource.from_contents(content, default_specification=DRAFT4)
        self._registry: Registry[Any] = Registry().with_resource(_BASE, resource)

    def problems(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, list[str]],
        body: Any,
        status: int,
        answer: Any,
    ) -> list[str]:
        """One line per deviation of a request or its answer; empty where both fit."""
        operation = self._operation(method, path)
        if operation is None:
            return [f"{method} {path} is not described"]
        return [
            *_unknown_parameters(operation, query),
            *self._body_problems(operation, body),
            *self._answer_problems(operation, status, answer),
        ]

    def _operation(self, method: str, path: str) -> Mapping[str, Any] | None:
        # Fewest placeholders first: /issue/bulkfetch before /issue/{issueIdOrKey}.
        for template in sorted(self._paths, key=lambda each: each.count("{")):
            pattern = re.sub(r"\{[^}]+\}", "[^/]+", template)
            if re.fullmatch(pattern, path) and method.lower() in self._paths[template]:
                found: Mapping[str, Any] = self._paths[template][method.lower()]
                return found
        return None

    def _body_problems(self, operation: Mapping[str, Any], body: Any) -> Iterator[str]:
        described = operation.get("requestBody")
        if described is None:
            if body is not None:
                yield "request: a body where none is described"
            return
        yield from self._schema_problems("request", described, body, OAS30WriteValidator)

    def _answer_problems(
        self, operation: Mapping[str, Any], status: int, answer: Any
    ) -> Iterator[str]:
        described = operation["responses"].get(str(status))
        if described is None:
            yield f"answer: status {status} is not described"
        elif "content" in described:
            yield from self._schema_problems("answer", described, answer, OAS30ReadValidator)

    def _schema_problems(
        self, what: str, described: Mapping[str, Any], value: Any, validator: Any
    ) -> Iterator[str]:
        described_as = described["content"]["application/json"]
        if "schema" not in described_as:  # Atlassian describes some answers by example only
            return
        schema = _absolute(described_as["schema"])
        checker = validator(schema, registry=self._registry)
        for error in checker.iter_errors(value):
            yield f"{what}: {'/'.join(map(str, error.absolute_path))}: {error.message}"


def _unknown_parameters(
    operation: Mapping[str, Any], query: Mapping[str, list[str]]
) -> Iterator[str]:
    described = {each["name"]: each for each in operation.get("parameters", [])}
    for name, values in query.items():
        if name not in described or described[name]["in"] != "query":
            yield f"request: no query parameter {name} is described"
        elif len(values) > 1 and described[name]["schema"].get("type") != "array":
            yield f"request: {name} is given {len(values)} times"
    for name, each in described.items():
        if each.get("required") and each["in"] == "query" and name not in query:
            yield f"request: {name} is missing"


def _absolute(schema: Any) -> Any:
    """The schema with references that no longer depend on where it was cut out."""
    if isinstance(schema, dict):
        return {
            name: _BASE + value if name == "$ref" else _absolute(value)
            for name, value in schema.items()
        }
    return [_absolute(each) for each in schema] if isinstance(schema, list) else schema
