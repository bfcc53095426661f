"""Holds what goes over the wire against GitHub's own descriptions of it."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError, best_match
from jsonschema.validators import extend
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator
from referencing import Registry
from referencing.jsonschema import DRAFT7

Keyword = Callable[[Any, Any, Any, Any], Iterator[ValidationError]]
"""Of a schema: the validator, the keyword's argument, the value, and the schema that it stands in."""

_ROOT = "urn:github"


class Schemas:
    """The schemas of one document, each by its JSON pointer.

    A value that a named schema has allowed once is not looked at again: most of any answer is the same few
    users and the same repository.
    """

    def __init__(self, document: Mapping[str, Any], validator: Any) -> None:
        self._plain_ref = validator.VALIDATORS["$ref"]
        self._validator = _extended(validator, {"$ref": self._ref})
        self._registry = Registry().with_resource(_ROOT, DRAFT7.create_resource(document))
        self._allowed: set[tuple[str, str]] = set()

    def complaint(self, pointer: str, value: Any) -> str | None:
        validator = self._validator(
            {"$ref": f"{_ROOT}#{pointer}"},
            registry=self._registry,
            # OpenAPI's own has no dates in it.
            format_checker=Draft7Validator.FORMAT_CHECKER,
        )
        error = best_match(validator.iter_errors(value))
        return f"{error.json_path}: {error.message[:500]}" if error else None

    def _ref(self, validator: Any, ref: str, value: Any, schema: Any) -> Iterator[ValidationError]:
        key = (ref, json.dumps(value, sort_keys=True))
        if key in self._allowed:
            return
        errors = list(self._plain_ref(validator, ref, value, schema))
        if not errors:
            self._allowed.add(key)
        yield from errors


def _extended(validator: Any, keywords: Mapping[str, Keyword]) -> Any:
    return extend(validator, keywords)  # type: ignore[no-untyped-call]


def _as_github_writes(validator: Any) -> Any:
    """OpenAPI as GitHub understands it: more than one of `oneOf` may hold, and a discriminator is a hint."""
    some = Draft7Validator.VALIDATORS["anyOf"]
    known = {**validator.VALIDATORS, "anyOf": some, "oneOf": some}
    return _extended(
        validator, {name: _unless_null(known[name]) for name in ("allOf", "anyOf", "oneOf", "enum")}
    )


def _unless_null(keyword: Keyword) -> Keyword:
    """With `nullable` also where there is no type for it to belong to."""

    def check(validator: Any, argument: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
        if value is not None or not schema.get("nullable"):
            yield from keyword(validator, argument, value, schema) or ()

    return check


@dataclass(frozen=True)
class Operation:
    """What GitHub describes of a method at a path."""

    name: str
    """As in `POST /repos/{owner}/{repo}/issues`."""
    about: Mapping[str, Any]
    parameters: Mapping[str, Mapping[str, Any]]
    """Those in the query."""


class Api:
    """GitHub's OpenAPI description."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._requests = Schemas(document, _as_github_writes(OAS30WriteValidator))
        self._responses = Schemas(document, _as_github_writes(OAS30ReadValidator))
        self._operation = cache(self._described)
        self.find = cache(self._found)
        # `{base}...{head}` is a twin of `{basehead}` that Octokit keeps.
        paths = [path for path in document["paths"] if "...{" not in path]
        patterns = sorted((*self._pattern(path), path) for path in paths)
        self._patterns = [(re.compile(pattern), path) for _, pattern, path in patterns]

    def _found(self, method: str, path: str) -> tuple[Operation, Mapping[str, str]] | None:
        """The operation at a path as it comes over the wire, with what its placeholders stand for."""
        for pattern, template in self._patterns:
            if (match := pattern.fullmatch(path)) and method.lower() in self._document["paths"][template]:
                values = {name: unquote(value) for name, value in match.groupdict().items()}
                return self._operation(method, template), values
        return None

    def complain_of_request(self, operation: Operation, query: Mapping[str, str], body: Any) -> str | None:
        for name, text in query.items():
            if complaint := self._complain_of_parameter(operation, name, text):
                return complaint
        content = operation.about.get("requestBody")
        if content is None:
            return None if body is None else "a body is not described"
        if body is None:
            return "the body is missing" if content.get("required") else None
        if operation.name.endswith("/issues/{issue_number}/labels") and isinstance(body, list):
            # Which the description allows in words, and forgets in its schema.
            body = {"labels": body}
        return self._requests.complaint(
            _pointer(operation, "requestBody", "content", "application/json", "schema"), body
        )

    def _complain_of_parameter(self, operation: Operation, name: str, text: str) -> str | None:
        if name not in operation.parameters:
            return f"the query parameter {name} is not described"
        schema = self._resolve(operation.parameters[name]["schema"])
        if schema.get("type") == "integer" and not text.isdecimal():
            return f"the query parameter {name} is not a number: {text}"
        if text not in schema.get("enum", [text]):
            return f"the query parameter {name} is none of {schema['enum']}: {text}"
        return None

    def complain_of_response(self, operation: Operation, status: int, body: Any) -> str | None:
        where = operation.about["responses"].get(str(status))
        if where is None and status < 400:
            return f"the status {status} is not described"
        pointer = None
        if where is not None:
            described = self._resolve(where)
            if "application/json" in described.get("content", {}):
                base = where["$ref"][1:] if "$ref" in where else _pointer(operation, "responses", str(status))
                pointer = f"{base}/content/application~1json/schema"
        if pointer is None and status >= 400:
            # 401, and much of what is refused, goes without saying.
            pointer = "/components/schemas/basic-error"
        if pointer is None:
            return None if body is None else "a body is not described"
        return self._responses.complaint(pointer, body)

    def _described(self, method: str, template: str) -> Operation:
        path = self._document["paths"][template]
        about = path[method.lower()]
        parameters = map(self._resolve, [*path.get("parameters", ()), *about.get("parameters", ())])
        return Operation(
            f"{method} {template}",
            about,
            {each["name"]: each for each in parameters if each["in"] == "query"},
        )

    def _resolve(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in value:
            target: Any = self._document
            for part in value["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            value = target
        return value

    def _pattern(self, template: str) -> tuple[tuple[int, ...], str]:
        """What sorts a path that says more before the others, and its regular expression."""
        operation = next(iter(self._document["paths"][template].values()))
        parameters = {each["name"]: each for each in map(self._resolve, operation.get("parameters", ()))}
        parts, vague, deep = [], [], False
        for part in template.split("/"):
            placeholder = re.fullmatch(r"\{(\w+)\}", part)
            vague.append(placeholder is not None)
            if placeholder is None:
                parts.append(re.escape(part))
                continue
            about, pattern = parameters[placeholder[1]], "[^/]+"
            if about.get("x-multi-segment"):
                pattern, deep = ".*", True
            elif self._resolve(about["schema"]).get("type") == "integer":
                pattern = "[0-9]+"
            parts.append(f"(?P<{placeholder[1]}>{pattern})")
        return (deep, -len(parts) if deep else 0, *vague), "/".join(parts)


class Webhooks:
    """The schemas of the events."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._known = document["definitions"]
        self._schemas = Schemas(document, Draft7Validator)

    def complaint(self, name: str, payload: Mapping[str, Any]) -> str | None:
        definition = f"{name}${payload.get('action', 'event')}"
        if definition not in self._known:
            return f"no event {definition} is described"
        return self._schemas.complaint(f"/definitions/{definition}", payload)


@cache
def load(folder: Path) -> tuple[Api, Webhooks]:
    api, events = (json.loads((folder / name).read_bytes()) for name in ("api.json", "events.json"))
    return Api(api), Webhooks(events)


def _pointer(operation: Operation, *parts: str) -> str:
    method, _, template = operation.name.partition(" ")
    return "".join(
        "/" + part.replace("~", "~0").replace("/", "~1")
        for part in ("paths", template, method.lower(), *parts)
    )
