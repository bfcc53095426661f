"""YAML manifests: are they valid, and do they hold a secret in plain text?"""

from collections.abc import Iterator
from typing import Any

import yaml

from flux.artifact.finding import Finding, Level

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def is_manifest(path: str) -> bool:
    """Whether Flux reads a file as manifests, or kustomize as a kustomization."""
    return path.endswith((".yaml", ".yml")) or path.rpartition("/")[2] == "Kustomization"


def check_manifests(path: str, content: bytes) -> Iterator[Finding]:
    """Errors of syntax, keys that are there twice, and secrets, with their lines."""
    try:
        documents = list(yaml.compose_all(content.decode("utf-8"), Loader=LOADER))
    except UnicodeDecodeError as error:
        yield Finding(Level.ERROR, path, "not UTF-8", content[: error.start].count(b"\n") + 1)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
        yield Finding(Level.ERROR, path, f"not YAML: {problem}", mark.line + 1 if mark else 0)
    else:
        for document in documents:
            if document is not None:
                yield from _twice(path, document)
                yield from _secrets(path, document)


def parse_mapping(content: bytes) -> dict[str, Any] | None:
    """The first document where it is a mapping; None for anything else."""
    try:
        parsed = next(iter(yaml.load_all(content.decode("utf-8"), Loader=LOADER)), None)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError):
        return None
    return parsed if isinstance(parsed, dict) else None


def _twice(path: str, node: yaml.Node) -> Iterator[Finding]:
    pending = [node]
    while pending:
        node = pending.pop()
        if isinstance(node, yaml.SequenceNode):
            pending += node.value
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                if isinstance(key, yaml.ScalarNode) and key.value in seen and key.value != "<<":
                    line = key.start_mark.line + 1
                    yield Finding(Level.ERROR, path, f"key {key.value!r} is there twice", line)
                seen.add(key.value if isinstance(key, yaml.ScalarNode) else "")
                pending.append(value)


def _secrets(path: str, node: yaml.Node) -> Iterator[Finding]:
    fields = _fields(node)
    kind, items = fields.get("kind"), fields.get("items")
    if kind is not None and kind.value == "List" and isinstance(items, yaml.SequenceNode):
        for item in items.value:
            yield from _secrets(path, item)
    if kind is None or kind.value != "Secret" or "sops" in fields:
        return
    for name in ("data", "stringData"):
        if isinstance(fields.get(name), yaml.MappingNode) and fields[name].value:
            line = fields[name].start_mark.line + 1
            message = f"a Secret has its {name} in plain text: encrypt it with SOPS or use External Secrets"
            yield Finding(Level.WARNING, path, message, line)


def _fields(node: yaml.Node) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}
