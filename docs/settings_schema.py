"""Generates the JSON Schema of invoke.yaml. Editors complete and check settings with it."""

import json
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from flux.promotion.clusters.status import CLUSTER
from flux.promotion.gates.rule import Auto, Merge, OnFailure
from flux.settings import Settings
from flux.settings.descriptions import DESCRIPTIONS
from flux.settings.table import READERS

FILE = Path(__file__).parent.parent / "flux" / "schemas" / "settings.json"

_FLAG = {"type": "boolean"}
_TEXT = {"type": "string", "minLength": 1}
_PATH = {"type": "string", "pattern": r"^(?!/)(?!.*(^|/)\.\.(/|$))(?!.*//)\S"}
_FILE = {**_PATH, "not": {"enum": [".", "./"]}}
_BRANCH = {"type": "string", "pattern": r"^(?![-/.])(?!.*(\.\.|//|/\.|@\{))[^\s~^:?*\[\\]*[^\s~^:?*\[\\/.]$"}
_BRANCHES = {"type": "array", "items": {"type": "string", "pattern": r"^(?![-/.])[^\s~^:?\[\\]+$"}}
_URL = {"type": "string", "pattern": "^https?://[^@]+$"}
_NAMES = {"type": "array", "items": _TEXT}
_ENVIRONMENT = {"type": "string", "pattern": "^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$"}
_RULE: dict[str, Any] = {
    "after": {**_TEXT, "description": "The phase that comes before."},
    "soak": {
        "type": "string",
        "pattern": r"^(?=\d)(\d{1,2}w)?(\d{1,3}d)?(\d{1,4}h)?(\d{1,5}m)?(\d{1,7}s)?$",
        "description": "How long the phase before has to have run a version, such as 2h or 1d12h.",
    },
    "healthy": {**_FLAG, "description": "Whether the clusters of the phase before have to say that it runs."},
    "auto": {"enum": [*map(str, Auto)], "description": "The releases that are proposed without a tick."},
    "windows": {
        "type": ["array", "string"],
        "items": _TEXT,
        "minItems": 1,
        "description": "When tags may move, such as Mon-Thu 08:00-15:00 Europe/Oslo.",
    },
    "merge": {"enum": [*map(str, Merge)], "description": "Who merges."},
    "on_failure": {"enum": [*map(str, OnFailure)], "description": "What follows when a cluster fails."},
}
_PHASE = {
    "type": "object",
    "properties": {
        "environments": {"type": ["array", "null"], "items": _ENVIRONMENT, "uniqueItems": True},
        **_RULE,
    },
    "additionalProperties": False,
}
_GROUPS = {
    "type": "object",
    "propertyNames": _ENVIRONMENT,
    "additionalProperties": {
        "anyOf": [{"type": ["array", "null"], "items": _ENVIRONMENT, "uniqueItems": True}, _PHASE]
    },
}
_RULES = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "additionalProperties": {"type": "object", "properties": _RULE, "additionalProperties": False},
    },
}
_CLUSTER_NAMES = {
    "type": "array",
    "items": {"type": "string", "pattern": f"^({CLUSTER})$"},
    "uniqueItems": True,
}
_CLUSTERS = {
    "type": "object",
    "additionalProperties": {
        "anyOf": [
            _CLUSTER_NAMES,
            {
                "type": "object",
                "properties": {"names": _CLUSTER_NAMES, "reporters": _NAMES},
                "additionalProperties": False,
            },
        ]
    },
}

# The last folder has to be a valid name of an artifact, or a pattern.
_LAST_FOLDER = r"([a-z0-9]+([._-]+[a-z0-9]+)*|(?!\*\*/?$)[^/]*\*[^/]*)"
_FOLDER = {"type": "string", "pattern": rf"^(?!/)(?!.*(^|/)\.\.(/|$))(?!.*//)(.*/)?{_LAST_FOLDER}/?$"}
_ENTRY = {
    "anyOf": [
        _FOLDER,
        {
            "type": "object",
            "properties": {
                "path": _PATH,
                "name": _TEXT,
                "exclude": {"anyOf": [_NAMES, _TEXT]},
                "repository": {
                    "type": "string",
                    "pattern": r"^([^{}]|\{(name|folder|parent|path)\})*$",
                },
                "prepare": _TEXT,
                "output": _PATH,
                "inputs": {"anyOf": [_NAMES, _TEXT]},
            },
            "dependentRequired": {"output": ["prepare"], "inputs": ["prepare"]},
            "required": ["path"],
            "additionalProperties": False,
        },
    ]
}
FORMS: dict[str, dict[str, Any]] = {
    "sources": _PATH,
    "artifacts": {"anyOf": [{"type": "array", "items": _ENTRY, "maxItems": 1000}, _ENTRY]},
    "prepare": _TEXT,
    "output": _PATH,
    "inputs": {"anyOf": [_NAMES, _TEXT]},
    "prepare_network": _FLAG,
    "releaseconfig": _FILE,
    "registry": {"type": "string", "pattern": r"^(oci://[^@\sA-Z]+|(?![^/]*[^/.][^/]*\.)[^:@]+)$"},
    "repository": {"type": "string", "pattern": r"^(?=.)[^{}]*(\{name\}[^{}]*)?$"},
    "version_tag": {"enum": ["{version}", "v{version}"]},
    "mode": {"enum": ["act", "observe"]},
    "adopted": {"type": "string", "pattern": "^([0-9a-f]{40})?$"},
    "latest": {
        "anyOf": [
            {"type": "string", "pattern": r"^([A-Za-z0-9_][A-Za-z0-9._-]{0,127})?$"},
            {"enum": [False, None]},
        ]
    },
    "branch": _BRANCH,
    "branches": _BRANCHES,
    "release_tag": {"type": "string", "pattern": r"^(?=.*\{artifact\})(?=.*\{version\})"},
    "create_release": _FLAG,
    "source": _URL,
    "phases": {"anyOf": [_GROUPS, {"type": "array", "items": {"anyOf": [_ENVIRONMENT, _GROUPS]}}]},
    "ignore": _NAMES,
    "jobs": {"type": "integer", "minimum": 1, "maximum": 64},
    "insecure": _FLAG,
    "publisher": {"enum": ["builtin", "flux"]},
    "flux_version": {"type": "string", "pattern": r"^v?\d+(\.\d+(\.\d+(-[0-9A-Za-z.-]+)?)?)?$"},
    "provider": {"enum": ["generic", "azure", "aws", "gcp"]},
    "forge": {"enum": ["github", "local"]},
    "label": _TEXT,
    "promoters": {"type": "object", "additionalProperties": _NAMES},
    "automation": _NAMES,
    "require_order": _FLAG,
    "two_person": {"anyOf": [_FLAG, _NAMES]},
    "require_signature": _FLAG,
    "signature_identity": _TEXT,
    "signature_issuer": _URL,
    "sign_promotions": _FLAG,
    "rules": _RULES,
    "clusters": _CLUSTERS,
}
"""What an editor can check in a value. The readers of settings check more."""


def schema() -> dict[str, Any]:
    """Return the schema. It allows other keys beside `flux:`, since Invoke reads the same file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "invoke.yaml of flux-artifacts",
        "type": "object",
        "properties": {
            "flux": {
                "type": ["object", "null"],
                "properties": {name: _setting(name) for name in READERS},
                "additionalProperties": False,
            }
        },
    }


def _setting(name: str) -> dict[str, Any]:
    (field,) = (field for field in fields(Settings) if field.name == name)
    known = isinstance(field.default, str | bool | int | tuple) and field.default not in ("", ())
    default = _plain(field.default) if known and field.default is not MISSING else None
    described = f"{DESCRIPTIONS[name]} Allowed: {READERS[name][1]}."
    return {"description": described, **FORMS[name], **({} if default is None else {"default": default})}


def _plain(value: Any) -> Any:
    """Return a default in the form that invoke.yaml has."""
    if isinstance(value, tuple):
        return [each if isinstance(each, str) else each.name for each in value]
    return value


def text() -> str:
    return json.dumps(schema(), indent=2) + "\n"
