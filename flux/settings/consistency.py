"""Checks that settings fit each other: rules fit the phases, and templates fit the artifacts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flux.errors import SettingError
from flux.settings.derived import Settings
from flux.settings.phases import Follow

if TYPE_CHECKING:
    from flux.promotion.gates.rule import Rule


def check_rules(settings: Settings) -> None:
    """Raise SettingError, which names the setting, if a rule or a cluster refers to something unknown."""
    phases = [*settings.groups]
    for artifact, ruled in settings.rules.items():
        _require(ruled, phases, f"flux.rules for {artifact}", "phase")
    _require(settings.clusters, settings.environments, "flux.clusters", "environment")
    for phase in phases if settings.has_rules else ():
        _check_rule(settings.rule("", phase), phase, phases, f"flux.phases: {phase}")
        for artifact in settings.rules:
            _check_rule(settings.rule(artifact, phase), phase, phases, f"flux.rules for {artifact}: {phase}")


def check_names(settings: Settings) -> None:
    """Raise SettingError if settings disagree about which folders are artifacts, or about their names."""
    if settings.artifacts and "sources" in settings.named:
        raise SettingError("flux.sources and flux.artifacts cannot both be set", "remove one of them")
    for name in ("output", "inputs"):
        if getattr(settings, name) and not settings.prepare:
            raise SettingError(
                f"flux.{name} belongs to a build step, and there is none", "name its command in flux.prepare"
            )
    for name, field, said in (
        ("release_tag", "{artifact}", "which artifact is released"),
        ("repository", "{name}", "which artifact goes where"),
    ):
        value = getattr(settings, name)
        if field not in value and not settings.only_artifact:
            raise SettingError(
                f"flux.{name} is {value!r}, and does not say {said}",
                f"add {field} to it, or name one folder in the setting `artifacts`",
            )
    if settings.latest in (*settings.environments, *settings.following(Follow.STABLE)):
        raise SettingError(
            f"flux.phases has {settings.latest!r}, which is the tag of the tip",
            "let it `follow: tip`, or name another tag in the setting `latest`, or none",
        )


def _require(names: Iterable[str], known: Iterable[str], where: str, kind: str) -> None:
    for name in names:
        if name not in known:
            listed = ", ".join(known)
            article = "an" if kind[0] in "aeiou" else "a"
            raise SettingError(
                f"{where} names {name!r}, which is not {article} {kind}", f"{kind}s are {listed}"
            )


def _check_rule(rule: Rule, phase: str, phases: list[str], where: str) -> None:
    before = phases[: phases.index(phase)]
    if rule.after is not None and rule.after not in before:
        raise SettingError(
            f"{where} comes `after` {rule.after!r}, which is not a phase before it",
            f"phases before it are {', '.join(before)}" if before else "it is the first: leave `after` out",
        )
    if rule.after is None and (rule.soak or rule.healthy):
        raise SettingError(
            f"{where} asks for `soak` or `healthy`, and no phase comes before it",
            "they are asked of the phase before: leave them out of the first",
        )
