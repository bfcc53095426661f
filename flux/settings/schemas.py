"""JSON Schemas of the settings that have parts: `artifacts`, `phases`, `rules`, `clusters`. For the docs."""

from typing import Any

from flux.promotion.clusters.status import CLUSTER_NAME
from flux.promotion.gates.rule import Auto, Merge, OnFailure
from flux.settings.types import A_FLAG, A_PATH, A_TEXT, TEXTS, Schema, text_like

_ENVIRONMENT = text_like("^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$")
_RULE: dict[str, Any] = {
    "after": {**A_TEXT, "description": "The phase that comes before."},
    "soak": {
        "type": "string",
        "pattern": r"^(?=\d)(\d{1,2}w)?(\d{1,3}d)?(\d{1,4}h)?(\d{1,5}m)?(\d{1,7}s)?$",
        "description": "How long the phase before has to have run a version, such as 2h or 1d12h.",
    },
    "healthy": {
        **A_FLAG,
        "description": "Whether the clusters of the phase before have to say that it runs.",
    },
    "auto": {"enum": [*map(str, Auto)], "description": "The releases that are proposed without a tick."},
    "windows": {
        "type": ["array", "string"],
        "items": A_TEXT,
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
    "items": text_like(f"^({CLUSTER_NAME})$"),
    "uniqueItems": True,
}
_CLUSTERS = {
    "type": "object",
    "additionalProperties": {
        "anyOf": [
            _CLUSTER_NAMES,
            {
                "type": "object",
                "properties": {"names": _CLUSTER_NAMES, "reporters": TEXTS},
                "additionalProperties": False,
            },
        ]
    },
}

# The last folder has to be a valid name of an artifact, or a pattern.
_LAST_FOLDER = r"([a-z0-9]+([._-]+[a-z0-9]+)*|(?!\*\*/?$)[^/]*\*[^/]*)"
_FOLDER = text_like(rf"^(?!/)(?!.*(^|/)\.\.(/|$))(?!.*//)(.*/)?{_LAST_FOLDER}/?$")
_ENTRY = {
    "anyOf": [
        _FOLDER,
        {
            "type": "object",
            "properties": {
                "path": A_PATH,
                "name": A_TEXT,
                "exclude": {"anyOf": [TEXTS, A_TEXT]},
                "repository": {
                    "type": "string",
                    "pattern": r"^([^{}]|\{(name|folder|parent|path)\})*$",
                },
                "prepare": A_TEXT,
                "output": A_PATH,
                "inputs": {"anyOf": [TEXTS, A_TEXT]},
            },
            "dependentRequired": {"output": ["prepare"], "inputs": ["prepare"]},
            "required": ["path"],
            "additionalProperties": False,
        },
    ]
}
SCHEMAS: dict[str, Schema] = {
    "artifacts": {"anyOf": [{"type": "array", "items": _ENTRY, "maxItems": 1000}, _ENTRY]},
    "phases": {"anyOf": [_GROUPS, {"type": "array", "items": {"anyOf": [_ENVIRONMENT, _GROUPS]}}]},
    "rules": _RULES,
    "clusters": _CLUSTERS,
}
