"""What the interface says of itself: the OpenAPI document, and the guide made from it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.api.shapes import Problem, absolute
from app.core.i18n import _, mark

VERSION = "1"
ABOUT = mark(
    "Everything that the pages show, for programs: read only, no key needed. Names of codes and "
    "sentences come in the language asked for by lang, a cookie or Accept-Language."
)
FAILURES: Mapping[int, str] = {
    404: mark("There is no such thing, or no such page of the list."),
    405: mark("Only GET is answered."),
    422: mark("A parameter cannot be taken as it stands; errors says which and why."),
    503: mark("The service is busy or being looked after; try again in a minute."),
}
REFERENCE = "#/components/schemas/"
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": why,
        "content": {"application/problem+json": {"schema": {"$ref": f"{REFERENCE}Problem"}}},
    }
    for status, why in FAILURES.items()
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an address, in the reader's language."""

    name: str
    kind: str
    default: str
    about: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One address, in the reader's language."""

    path: str
    summary: str
    parameters: Sequence[Parameter]
    answer: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a shape, in the reader's language."""

    name: str
    kind: str
    about: str


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made once for an application."""
    if app.openapi_schema is None:
        app.openapi_schema = _describe(app)
    return app.openapi_schema


def operations(document: Mapping[str, Any]) -> list[Operation]:
    """Every address of the interface in the order of the document."""
    known = document["components"]["schemas"]
    return [
        Operation(
            path,
            _(operation["summary"]),
            [_parameter(one, known) for one in operation.get("parameters", ())],
            _type(_schema(operation["responses"]["200"])),
        )
        for path, methods in document["paths"].items()
        for operation in methods.values()
    ]


def shapes(document: Mapping[str, Any]) -> dict[str, list[Field]]:
    """Every shape of an answer with its fields."""
    return {
        name: list(_fields(schema))
        for name, schema in document["components"]["schemas"].items()
        if "properties" in schema
    }


def _describe(app: FastAPI) -> dict[str, Any]:
    described = get_openapi(title=app.title, version=VERSION, description=ABOUT, routes=app.routes)
    described["servers"] = [{"url": absolute("")}]
    problem = Problem.model_json_schema(ref_template=REFERENCE + "{model}")
    described["components"]["schemas"].update({**problem.pop("$defs"), "Problem": problem})
    return described


def _parameter(given: Mapping[str, Any], known: Mapping[str, Any]) -> Parameter:
    schema = given["schema"]
    named = known.get(schema.get("$ref", "").removeprefix(REFERENCE), {})
    described = given.get("description") or schema.get("description")
    default = schema.get("default")
    shown = "" if default in (None, "", [], False) else str(default)
    about = _(described) if described else ""
    return Parameter(given["name"], _type({**schema, **named}), shown, about)


def _fields(schema: Mapping[str, Any]) -> Iterator[Field]:
    for name, value in schema["properties"].items():
        about = value.get("description")
        yield Field(name, _type(value), _(about) if about else "")


def _schema(response: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = response["content"]["application/json"]["schema"]
    return found


def _type(schema: Mapping[str, Any]) -> str:
    """A type in a few characters: string, integer 1–100, [Term], Term | null."""
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(REFERENCE)
    if "anyOf" in schema:
        return " | ".join(_type(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"[{_type(schema.get('items', {}))}]"
    if "minimum" in schema or "maximum" in schema:
        return f"{schema['type']} {schema.get('minimum', '')}–{schema.get('maximum', '')}"
    return str(schema.get("format") or schema.get("type") or schema.get("const") or "object")
