"""The types of settings: how a value is read, what it may be in words, and what an editor checks of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from flux.settings import values
from flux.settings.artifacts import artifacts, inputs, output, prepare_command
from flux.settings.phases import moving_tag, phases
from flux.settings.places import branch, branches, forge, registry, release_tag, repository, source

if TYPE_CHECKING:
    from flux.settings.phases import Given
    from flux.settings.rules import FollowedClusters

Read = TypeVar("Read", covariant=True)
Schema = Mapping[str, Any]
"""A JSON Schema."""


@dataclass(frozen=True, repr=False, eq=False)
class SettingType(Generic[Read]):
    """What a setting may be."""

    read: Callable[[object], Read]
    """Returns a value from YAML or a variable. Raises ValueError if it is not allowed."""
    words: str | Callable[[], str]
    check: Schema | Callable[[], Schema]

    @property
    def allowed(self) -> str:
        """What is allowed, in words, for messages and the reference."""
        return self.words if isinstance(self.words, str) else self.words()

    @property
    def schema(self) -> Schema:
        """What an editor can check. It can allow more than the reader."""
        return self.check() if callable(self.check) else self.check


def _rules(value: object) -> Mapping[str, Mapping[str, Given]]:
    from flux.settings.rules import rules

    return rules(value)


def _clusters(value: object) -> Mapping[str, FollowedClusters]:
    from flux.settings.rules import clusters

    return clusters(value)


def _forges() -> list[str]:
    from flux.forge.kinds import FORGE_KINDS

    return [*FORGE_KINDS]


def _registries() -> str:
    from flux.registry.kinds import REGISTRY_KINDS

    return ", or ".join(kind.allowed for kind in REGISTRY_KINDS.values())


def _registry_patterns() -> list[str]:
    from flux.registry.kinds import REGISTRY_KINDS

    return [kind.pattern for kind in REGISTRY_KINDS.values()]


def _in_parts(name: str) -> Callable[[], Schema]:
    def find() -> Schema:
        from flux.settings.schemas import SCHEMAS

        return SCHEMAS[name]

    return find


def _choice(*words: str) -> SettingType[str]:
    return SettingType(values.one_of(*words), _one_of(words), {"enum": [*words]})


def _one_of(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def text_like(pattern: str) -> Schema:
    return {"type": "string", "pattern": pattern}


_PATH = "a path from the repository's root, with / between its parts"
A_TEXT: Schema = {"type": "string", "minLength": 1}
TEXTS: Schema = {"type": "array", "items": A_TEXT}
A_PATH = text_like(r"^(?!/)(?!.*(^|/)\.\.(/|$))(?!.*//)\S")
A_FLAG: Schema = {"type": "boolean"}

FLAG = SettingType(values.flag, "true or false", A_FLAG)
FOLDER_PATH = SettingType(values.folder, _PATH, A_PATH)
FILE = SettingType(values.file, _PATH, {**A_PATH, "not": {"enum": [".", "./"]}})
LOGINS = SettingType(values.names, "a list of logins", TEXTS)
PATTERNS = SettingType(values.patterns, "a list of gitignore patterns", TEXTS)
JOBS = SettingType(
    values.jobs, "a whole number from 1 to 64", {"type": "integer", "minimum": 1, "maximum": 64}
)
COMMIT = SettingType(values.commit, "the 40 digits of a commit, or nothing", text_like("^([0-9a-f]{40})?$"))
LABEL = SettingType(values.text, "a label's name", A_TEXT)
MODE = _choice("act", "observe")

ARTIFACTS = SettingType(
    artifacts,
    "a list of entries with `path` (a folder, or a glob of folders), `name`, `exclude`,"
    " `repository`, `prepare`, `output` and `inputs`",
    _in_parts("artifacts"),
)
PREPARE = SettingType(prepare_command, "a shell command, which may have {name} and {path}", A_TEXT)
OUTPUT = SettingType(output, f"{_PATH}, with {{name}} and {{path}}", A_PATH)
INPUTS = SettingType(
    inputs, "a list of gitignore patterns, with {name} and {path}", {"anyOf": [TEXTS, A_TEXT]}
)

REGISTRY = SettingType(registry, _registries, lambda: text_like(f"^({'|'.join(_registry_patterns())})$"))
REPOSITORY = SettingType(
    repository,
    "the path of a repository below `registry`, with {name} for the artifact's",
    text_like(r"^(?=.)[^{}]*(\{name\}[^{}]*)?$"),
)
VERSION_TAG = _choice("{version}", "v{version}")
MOVING_TAG = SettingType(
    moving_tag,
    "an OCI tag that is neither a version nor a commit, or none",
    {"anyOf": [text_like(r"^([A-Za-z0-9_][A-Za-z0-9._-]{0,127})?$"), {"enum": [False, None]}]},
)
PUBLISHER = _choice("builtin", "flux")
FLUX_VERSION = SettingType(
    values.version,
    "a version or its beginning: '2', '2.9' or '2.9.4'",
    text_like(r"^v?\d+(\.\d+(\.\d+(-[0-9A-Za-z.-]+)?)?)?$"),
)
PROVIDER = _choice("generic", "azure", "aws", "gcp")

BRANCH = SettingType(
    branch,
    "the name of a branch",
    text_like(r"^(?![-/.])(?!.*(\.\.|//|/\.|@\{))[^\s~^:?*\[\\]*[^\s~^:?*\[\\/.]$"),
)
BRANCHES = SettingType(
    branches,
    "a list of branches; * matches any part of a name",
    {"type": "array", "items": text_like(r"^(?![-/.])[^\s~^:?\[\\]+$")},
)
RELEASE_TAG = SettingType(
    release_tag,
    "text with {artifact} and {version} that can be told apart; {version} is enough for one artifact",
    text_like(r"^(?=.*\{artifact\})(?=.*\{version\})"),
)
SOURCE_URL = SettingType(source, "the https URL of the repository", text_like("^https?://[^@]+$"))
FORGE = SettingType(forge, lambda: _one_of(_forges()), lambda: {"enum": _forges()})

PHASES = SettingType(
    phases,
    "a list of phases, each with a list of environments (OCI tags, each once) or with a rule",
    _in_parts("phases"),
)
RULES = SettingType(
    _rules, "for each artifact, the rules of phases that differ, in invoke.yaml", _in_parts("rules")
)
CLUSTERS = SettingType(
    _clusters, "`names` and `reporters` for each environment, in invoke.yaml", _in_parts("clusters")
)
PROMOTERS = SettingType(
    values.promoters,
    "a list of logins for each phase, in invoke.yaml",
    {"type": "object", "additionalProperties": TEXTS},
)
FLAG_OR_PHASES = SettingType(
    values.flag_or_names, "true, false, or a list of phases", {"anyOf": [A_FLAG, TEXTS]}
)
IDENTITY = SettingType(values.expression, "a regular expression that matches a whole identity", A_TEXT)
ISSUER = SettingType(source, "the https URL of an issuer of identities", text_like("^https?://[^@]+$"))
