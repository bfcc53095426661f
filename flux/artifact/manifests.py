"""Checks YAML manifests: valid syntax, and no secrets in plain text."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

import yaml

from flux.artifact.finding import Finding, Level

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 500


def is_manifest(path: str) -> bool:
    """Whether Flux reads a file as manifests, or kustomize as a kustomization."""
    return path.endswith((".yaml", ".yml")) or path.rpartition("/")[2] == "Kustomization"


def _parse_documents(content: bytes) -> list[yaml.Node]:
    """Return the documents as nodes. Raises UnicodeDecodeError or YAMLError if the content is not YAML."""
    text = content.decode("utf-8")
    _check_depth(text)
    return [node for node in yaml.compose_all(text, Loader=_LOADER) if node is not None]


def load(content: bytes) -> Iterator[Any]:
    """Yield the documents as Python objects. Raises UnicodeDecodeError, YAMLError or ValueError."""
    text = content.decode("utf-8")
    with suppress(yaml.parser.ParserError, yaml.scanner.ScannerError):
        _check_depth(text)
    yield from yaml.load_all(text, Loader=_LOADER)


def _check_depth(text: str) -> None:
    """Raise ComposerError if the text is nested too deeply.

    Libyaml builds nodes by recursion in C, and would overflow the stack.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            mark: Any = event.start_mark
            raise yaml.composer.ComposerError(None, None, "nested too deeply", mark)


def check_manifests(path: str, content: bytes) -> Iterator[Finding]:
    """Yield syntax errors, duplicate keys, and secrets, with their lines."""
    try:
        documents = _parse_documents(content)
    except UnicodeDecodeError as error:
        yield Finding(Level.ERROR, path, "not UTF-8", content[: error.start].count(b"\n") + 1)
    except yaml.YAMLError as error:
        yield Finding(Level.ERROR, path, *_place(error, content))
    else:
        for document in documents:
            yield from _twice(path, document)
            yield from _secrets(path, document)


def parse_mapping(content: bytes) -> dict[str, Any] | None:
    """Return the first document if it is a mapping; else None."""
    try:
        parsed = next(iter(load(content)), None)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError):
        return None
    return parsed if isinstance(parsed, dict) else None


def _place(error: yaml.YAMLError, content: bytes) -> tuple[str, int]:
    """Return the problem and its line."""
    problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
    mark = getattr(error, "problem_mark", None)
    if isinstance(error, yaml.reader.ReaderError):
        line = content.decode("utf-8")[: error.position].count("\n") + 1
    else:
        # At the end of a text the parser gives a line after the last.
        line = min(mark.line + 1, content.count(b"\n") + 1) if mark else 0
    return f"not YAML: {problem}", line


def _twice(path: str, node: yaml.Node) -> Iterator[Finding]:
    pending, walked = [node], {node}
    while pending:
        node = pending.pop()
        if isinstance(node, yaml.MappingNode):
            yield from _keys_twice(path, node)
        children = [child for child in _children(node) if child not in walked]
        pending += children  # an alias is the same node again
        walked.update(children)


def _keys_twice(path: str, mapping: yaml.MappingNode) -> Iterator[Finding]:
    seen: set[str] = set()
    for key, _ in mapping.value:
        if not isinstance(key, yaml.ScalarNode):
            continue
        if key.value in seen and key.value != "<<":
            line = key.start_mark.line + 1
            yield Finding(Level.ERROR, path, f"key {key.value!r} appears twice", line)
        seen.add(key.value)


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [value for _, value in node.value]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _secrets(path: str, node: yaml.Node) -> Iterator[Finding]:
    fields = _fields(node)
    kind, items = fields.get("kind"), fields.get("items")
    if kind is not None and str(kind.value).endswith("List") and isinstance(items, yaml.SequenceNode):
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


def mappings(documents: Iterable[Any]) -> Iterator[dict[Any, Any]]:
    """Yield every mapping in YAML documents once, at any depth."""
    pending, walked = [*documents], set[int]()
    while pending:
        node = pending.pop()
        if id(node) in walked:
            continue  # an alias is the same object again
        walked.add(id(node))
        if isinstance(node, list):
            pending += node
        elif isinstance(node, dict):
            yield node
            pending += node.values()
