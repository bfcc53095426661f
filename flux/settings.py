"""Settings: one frozen object, made at the door from Invoke's configuration. The only reader of it.

They stand under `flux:` in invoke.yaml (or wherever else Invoke looks), and a variable `INVOKE_FLUX_<NAME>`
overrides one.
"""

import os
import re
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

from flux.errors import SettingError

FILES = ("invoke.yaml", "invoke.yml", "invoke.json")
"""A project's configuration, of which Invoke reads the first that is there."""

_PREFIX = "INVOKE_FLUX_"


@dataclass(frozen=True)
class Phase:
    """An ordered group of environments."""

    name: str
    environments: tuple[str, ...]


@dataclass(frozen=True)
class Settings:
    """Every setting, valid. README.md has what each is for."""

    sources: str = "artifacts"
    releaseconfig: str = "flux/releaseconfig.json"
    registry: str = ".registry"
    branch: str = "main"
    release_tag: str = "flux-oci-{artifact}-v{version}"
    source: str = ""
    phases: tuple[Phase, ...] = (Phase("at", ("at",)), Phase("tt", ("tt",)), Phase("prod", ("prod",)))
    ignore: tuple[str, ...] = ()
    jobs: int = 16
    insecure: bool | None = None
    publisher: str = "builtin"
    flux_version: str = "2.9"
    provider: str = "generic"
    forge: str = ""
    label: str = "flux-release"
    promoters: Mapping[str, tuple[str, ...]] | None = None
    automation: tuple[str, ...] = ("github-actions[bot]",)
    require_order: bool = False
    named: frozenset[str] = frozenset()
    """Which of them someone set, rather than leaving the default."""

    @property
    def prefix(self) -> str:
        """The folder of the artifacts as git's paths begin: empty for the root, else ending in `/`."""
        return "" if self.sources == "." else self.sources + "/"

    @property
    def environments(self) -> tuple[str, ...]:
        """Every environment, in the order of the phases."""
        return tuple(environment for phase in self.phases for environment in phase.environments)

    @property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """The environments of each phase, in order."""
        return {phase.name: phase.environments for phase in self.phases}


def take_environment(environment: MutableMapping[str, str] = os.environ) -> dict[str, str]:
    """Take the variables `INVOKE_FLUX_*` away from Invoke, which would cast them to the type that invoke.yaml
    happens to have, read `false` as true and refuse lists. To be called before Invoke looks."""
    names = [name for name in environment if name.startswith(_PREFIX)]
    return {name: environment.pop(name) for name in names}


def read_settings(configured: object, environment: Mapping[str, str]) -> Settings:
    """The settings of `flux:` in Invoke's configuration, overridden by `environment`.

    Raises SettingError, which names the setting, for an unknown one and for a value that is not allowed.
    """
    values: dict[str, Any] = {}
    for origin, (name, value) in _given(configured, environment).items():
        values[name] = _valid(origin, name, value)
    settings = Settings(**values, named=frozenset(values))
    _check_together(settings)
    return settings


def section(content: bytes) -> object:
    """What a project's configuration has under `flux:`; all of it where it cannot be read."""
    import yaml

    try:
        document = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, RecursionError):
        return content
    return (document.get("flux") if isinstance(document, dict) else None) or {}


def find_faults(configured: object, environment: Mapping[str, str]) -> list[SettingError]:
    """All that is wrong with the settings, of which `read_settings` raises the first."""
    faults: list[SettingError] = []
    try:
        for origin, (name, value) in _given(configured, environment).items():
            try:
                _valid(origin, name, value)
            except SettingError as fault:
                faults.append(fault)
        if not faults:
            read_settings(configured, environment)
    except SettingError as fault:
        faults.append(fault)
    return faults


def _given(configured: object, environment: Mapping[str, str]) -> dict[str, tuple[str, Any]]:
    """Names and values by where they come from, which people are told."""
    if configured is None:
        configured = {}
    if not isinstance(configured, Mapping):
        raise SettingError(
            f"`flux` in invoke.yaml is {_shown(configured)}, not settings",
            "write `flux:` and one setting a line",
        )
    given: dict[str, tuple[str, Any]] = {
        f"flux.{key}": (str(key), value) for key, value in configured.items()
    }
    for variable, text in environment.items():
        name = variable.removeprefix(_PREFIX).lower()
        given.pop(f"flux.{name}", None)
        given[variable] = (name, text)
    return given


def _valid(origin: str, name: str, value: object) -> Any:
    if name not in _READERS:
        near = get_close_matches(name, _READERS, n=1)
        raise SettingError(
            f"{origin} is not a setting" + (f"; did you mean {near[0]}?" if near else ""),
            f"settings are {', '.join(sorted(_READERS))}",
        )
    read, allowed = _READERS[name]
    try:
        return read(value)
    except ValueError as error:
        reason = f" ({error})" if str(error) else ""
        raise SettingError(f"{origin} cannot be {_shown(value)}{reason}", f"allowed is {allowed}") from error


def _shown(value: object) -> str:
    """A value as it may be printed: without the password of a URL."""
    return re.sub(r"//.*@", "//", repr(value))


def _check_together(settings: Settings) -> None:
    phases = {phase.name for phase in settings.phases}
    for phase in settings.promoters or {}:
        if phase not in phases:
            raise SettingError(
                f"flux.promoters names {phase!r}, which is no phase",
                f"phases are {', '.join(sorted(phases))}",
            )


# Readers: from YAML's or a variable's value to ours. ValueError where it is not allowed.


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError
    return value.strip()


def _folder(value: object) -> str:
    path = _text(value).removeprefix("./").rstrip("/") or "."
    parts = path.split("/")
    if path.startswith("/") or ".." in parts or "" in parts or ("." in parts and path != "."):
        raise ValueError
    return path


def _file(value: object) -> str:
    path = _folder(value)
    if path == ".":
        raise ValueError
    return path


def _registry(value: object) -> str:
    location = _text(value)
    scheme, separator, rest = location.partition("://")
    if not separator:
        first = location.partition("/")[0]
        if ":" in first or "@" in first or "." in first.lstrip("."):
            raise ValueError("a registry begins with oci://, a folder of such a name with ./")
        return location.rstrip("/") or "/"
    host, _, path = rest.rstrip("/").partition("/")
    if scheme != "oci":
        raise ValueError("a registry begins with oci://")
    if "@" in rest:
        raise ValueError("credentials do not belong here; use docker login")
    if not re.fullmatch(r"(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?", host):
        raise ValueError("its host is not one")
    part = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
    if path and not re.fullmatch(rf"{part}(?:/{part})*", path):
        raise ValueError("its path is not that of an OCI repository")
    return f"oci://{host}/{path}".rstrip("/")


def _branch(value: object) -> str:
    """A branch's name, by the rules of git-check-ref-format(1)."""
    name = _text(value)
    if re.search(r"[\s~^:?*\[\\\x7f]|\.\.|@\{|//|^[-/]|[/.]$|\.lock(/|$)|(^|/)\.", name) or name == "@":
        raise ValueError
    return name


def _release_tag(value: object) -> str:
    from flux.release.tag import TagForm

    form = _text(value)
    if fault := TagForm(form).fault():
        raise ValueError(f"it {fault}")
    _branch(form.replace("{artifact}", "a").replace("{version}", "1.0.0"))
    return form


def _source(value: object) -> str:
    url = _text(value)
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError from None  # what it says may hold a password
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError
    if "@" in url:
        raise ValueError("credentials do not belong in images")
    return url


def _list(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [item for item in value.split(",") if item.strip()]
    if not isinstance(value, list | tuple):
        raise ValueError
    return tuple(_text(item) for item in value)


def _patterns(value: object) -> tuple[str, ...]:
    from flux.artifact.ignore import excludes

    patterns = _list(value)
    excludes(patterns)
    return patterns


def _phases(value: object) -> tuple[Phase, ...]:
    if isinstance(value, Mapping):
        items = list(value.items())
    elif isinstance(value, str):
        items = [(name, None) for name in _list(value)]
    elif isinstance(value, list | tuple):
        items = [
            pair for item in value for pair in (item.items() if isinstance(item, Mapping) else [(item, None)])
        ]
    else:
        raise ValueError
    phases = tuple(Phase(_environment(name), _environments(name, group)) for name, group in items)
    names = [phase.name for phase in phases]
    environments = [environment for phase in phases for environment in phase.environments]
    groups = [phase.name for phase in phases if phase.environments != (phase.name,)]
    for taken in (names, environments + groups):
        if twice := [name for name in taken if taken.count(name) > 1]:
            raise ValueError(f"{twice[0]!r} is there twice")
    return phases


def _environments(phase: object, group: object) -> tuple[str, ...]:
    if not group:
        return (_environment(phase),)
    if not isinstance(group, list | tuple):
        raise ValueError
    return tuple(map(_environment, group))


def _environment(value: object) -> str:
    """An OCI tag that is not one of the other kinds of tags: a version, a commit, `latest`, a signature."""
    name = _text(value)
    if not re.fullmatch(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}", name):
        raise ValueError(f"{name!r} cannot be an OCI tag")
    if re.match(r"v?\d+(\.\d+){0,2}([.+-]|$)", name):
        raise ValueError(f"{name!r} reads as a version")
    if name == "latest":
        raise ValueError("'latest' is that of the branch")
    if re.fullmatch(r"[0-9a-f]{7,64}", name):
        raise ValueError(f"{name!r} reads as a commit")
    if name.endswith((".sig", ".att", ".sbom")):
        raise ValueError(f"{name!r} reads as a signature")
    return name


def _jobs(value: object) -> int:
    if isinstance(value, str) and re.fullmatch(r"\s*\d{1,4}\s*", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 64:
        raise ValueError
    return value


def _flag(value: object) -> bool:
    if isinstance(value, str):
        value = {"true": True, "1": True, "false": False, "0": False}.get(value.strip().lower())
    if not isinstance(value, bool):
        raise ValueError
    return value


def _promoters(value: object) -> Mapping[str, tuple[str, ...]]:
    if value == "":
        return {}
    if not isinstance(value, Mapping):
        raise ValueError
    return {_text(phase): _list(logins) for phase, logins in value.items()}


def _version(value: object) -> str:
    """A version, or how it begins: `2.9`, which is a number to YAML as 2.10 is 2.1."""
    if isinstance(value, float):
        raise ValueError("write it in quotes")
    text = _text(str(value) if isinstance(value, int) and not isinstance(value, bool) else value)
    if not re.fullmatch(r"\d+(\.\d+(\.\d+(-[0-9A-Za-z.-]+)?)?)?", text.removeprefix("v")):
        raise ValueError
    return text.removeprefix("v")


def _one_of(*allowed: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if value not in allowed:
            raise ValueError
        return str(value)

    return read


_FLAG = "true or false"
_PATH = "a path below the repository's root, its parts joined by /"
_READERS: dict[str, tuple[Callable[[object], Any], str]] = {
    "sources": (_folder, _PATH),
    "releaseconfig": (_file, _PATH),
    "registry": (_registry, "a folder, or oci://HOST[:PORT]/PATH in lower case"),
    "branch": (_branch, "the name of a branch"),
    "release_tag": (_release_tag, "text with {artifact} and {version} that can be told apart"),
    "source": (_source, "the https URL of the repository"),
    "phases": (_phases, "a list of phases, each with a list of environments: OCI tags, each once"),
    "ignore": (_patterns, "a list of gitignore patterns"),
    "jobs": (_jobs, "a whole number from 1 to 64"),
    "insecure": (_flag, _FLAG),
    "publisher": (_one_of("builtin", "flux"), "builtin or flux"),
    "flux_version": (_version, "a version or how it begins: '2', '2.9' or '2.9.4'"),
    "provider": (_one_of("generic", "azure", "aws", "gcp"), "generic, azure, aws or gcp"),
    "forge": (_one_of("github", "local"), "github or local"),
    "label": (_text, "a label's name"),
    "promoters": (_promoters, "in invoke.yaml: a list of logins for each phase"),
    "automation": (_list, "a list of logins"),
    "require_order": (_flag, _FLAG),
}

assert _READERS.keys() == {field.name for field in fields(Settings)} - {"named"}
