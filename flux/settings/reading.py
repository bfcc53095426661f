"""Reads the settings from Invoke's configuration, once, when a command starts. Nothing else reads it.

The settings are under `flux:` in invoke.yaml, or in another file that Invoke reads. A variable
`INVOKE_FLUX_<NAME>` overrides a setting.
"""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from flux.configured import PREFIX
from flux.errors import SettingError
from flux.settings.consistency import check_names, check_rules
from flux.settings.derived import Settings
from flux.settings.settings import ENTRIES

_MOST_SHOWN = 200
_DISTINCT = ("sources", "artifacts", "phases", "releaseconfig", "promoters")
"""Settings whose names are hardly those of anything else in Invoke's configuration."""


def read_settings(configured: object, environment: Mapping[str, str]) -> Settings:
    """Return the settings of `flux:` in Invoke's configuration, overridden by `environment`.

    Raises SettingError, which names the setting, for an unknown setting and for a value that is not allowed.
    """
    values: dict[str, Any] = {}
    for origin, (name, value) in _given(configured, environment).items():
        values[name] = _valid(origin, name, value)
    settings = Settings(**values, named=frozenset(values))
    _check_together(settings)
    return settings


def require_section(keys: Iterable[str]) -> None:
    """Raise SettingError if Invoke's configuration has a setting beside `flux`, or a key that is nearly
    `flux`. Settings there do not count."""
    for key in keys:
        if key in _DISTINCT:
            raise SettingError(
                f"{key!r} in invoke.yaml is not under `flux:`", "indent it, below a line `flux:`"
            )
        if key != "flux" and _is_nearly_flux(key.lower()):
            raise SettingError(
                f"{key!r} in invoke.yaml is not a section of settings; did you mean flux?",
                "write `flux:` once, and one setting per line",
            )


def _is_nearly_flux(key: str) -> bool:
    is_near = abs(len(key) - len("flux")) < 2 and bool(get_close_matches(key, ["flux"], cutoff=0.75))
    return is_near or key.replace("_", "-") == "flux-artifacts"


def section(content: bytes) -> object:
    """Return the section `flux:` of a project's configuration, or all its content if it cannot be parsed."""
    import yaml

    try:
        document = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, RecursionError):
        return content
    return (document.get("flux") if isinstance(document, dict) else None) or {}


def find_faults(configured: object, environment: Mapping[str, str]) -> list[SettingError]:
    """Return all errors in the settings. `read_settings` raises the first one."""
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
    """Return names and values by their origin, which messages show."""
    if configured is None:
        configured = {}
    if not isinstance(configured, Mapping):
        raise SettingError(
            f"`flux` in invoke.yaml is {_shown(configured)}, not settings",
            "write `flux:` and one setting per line",
        )
    given: dict[str, tuple[str, Any]] = {
        f"flux.{key}": (str(key), value) for key, value in configured.items()
    }
    for variable, text in environment.items():
        name = variable.removeprefix(PREFIX).lower()
        given.pop(f"flux.{name}", None)
        given[variable] = (name, text)
    return given


def _valid(origin: str, name: str, value: object) -> Any:
    if name not in ENTRIES:
        near = get_close_matches(name, ENTRIES, n=1)
        raise SettingError(
            f"{origin} is not a setting" + (f"; did you mean {near[0]}?" if near else ""),
            f"settings are {', '.join(sorted(ENTRIES))}",
        )
    kind = ENTRIES[name].type
    try:
        return kind.read(value)
    except ValueError as error:
        reason = f" ({error})" if str(error) else ""
        raise SettingError(
            f"{origin} cannot be {_shown(value)}{reason}", f"allowed is {kind.allowed}"
        ) from error


def _shown(value: object) -> str:
    """Return a value that can be printed: a URL without its password, and the beginning of a long value."""
    shown = re.sub(r"//.*@", "//", repr(value))
    return shown if len(shown) <= _MOST_SHOWN else f"{shown[:_MOST_SHOWN]}…"


def _check_together(settings: Settings) -> None:
    check_rules(settings)
    check_names(settings)
    phases = {*settings.groups}
    two = () if isinstance(settings.two_person, bool) else settings.two_person
    named = [*(("promoters", phase) for phase in settings.promoters or {}), *(("two_person", p) for p in two)]
    for name, phase in named:
        if phase not in phases:
            raise SettingError(
                f"flux.{name} names {phase!r}, which is not a phase",
                f"phases are {', '.join(sorted(phases))}",
            )
