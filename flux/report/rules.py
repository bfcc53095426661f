"""The output of `inv rules`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flux.promotion.gates.duration import write_duration
from flux.promotion.texts.gates import reason, reasons
from flux.promotion.texts.times import ends
from flux.report.freeze import freeze_document
from flux.report.freeze import line as freeze_line
from flux.report.text import moment_or_none

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flux.environments.outlook import Outlook, Ruled, Rules
    from flux.promotion.gates.rule import Rule
    from flux.report.report import Report

_HEADER = ("Phase", "After", "Soak", "Healthy", "Auto", "Windows", "Merge", "On failure")


def show_rules(report: Report, rules: Rules, artifact: str | None) -> None:
    if report.document(document(rules)):
        return
    _show_phases(report, rules.artifacts[0].rules if artifact and rules.artifacts else rules.rules)
    for freeze in rules.freezes:
        report.print(f"frozen: {freeze_line(freeze)}")
    for ruled in rules.artifacts:
        for line in _forecast(ruled):
            report.print(line)
    if not any(outlook.version for ruled in rules.artifacts for outlook in ruled.outlook):
        report.print("No promotion is due.")


def _show_phases(report: Report, rules: Mapping[str, Rule]) -> None:
    ruled = {phase: rule for phase, rule in rules.items() if not rule.is_plain}
    if ruled:
        report.table(_HEADER, [(phase, *_cells(rule)) for phase, rule in ruled.items()])
    if plain := [phase for phase in rules if phase not in ruled]:
        report.print(f"No rules for {', '.join(plain)}: a person asks for each version.")


def _cells(rule: Rule) -> tuple[str, ...]:
    return (
        rule.after or "",
        write_duration(rule.soak) if rule.soak else "",
        "yes" if rule.healthy else "",
        str(rule.auto),
        ", ".join(map(str, rule.windows)),
        str(rule.merge),
        str(rule.on_failure),
    )


def _forecast(ruled: Ruled) -> list[str]:
    """Return what would be promoted where and when, or why not. Environments with the same outcome share a
    line."""
    same: dict[tuple[str, str], list[str]] = {}
    for outlook in ruled.outlook:
        if outlook.version:
            same.setdefault((outlook.version, _when(outlook)), []).append(outlook.environment)
    return [
        f"{ruled.artifact} {version} to {', '.join(environments)}: {when}"
        for (version, when), environments in same.items()
    ]


def _when(outlook: Outlook) -> str:
    who = "by rule" if outlook.by_rule else "if a person asks"
    if outlook.verdict.allowed:
        stopped = f": {reason(outlook.stopped)}" if outlook.stopped else ""
        return f"now, {who}{stopped}"
    if outlook.verdict.until is not None:
        return f"at {ends(outlook.verdict.until)}, {who}: {reasons(outlook.verdict)}"
    return f"not yet, {'' if outlook.by_rule else 'even '}{who}: {reasons(outlook.verdict)}"


def document(rules: Rules) -> dict[str, Any]:
    """Return the document. A soak time is in seconds."""
    return {
        "rules": {phase: _rule(rule) for phase, rule in rules.rules.items()},
        "freezes": [freeze_document(each) for each in rules.freezes],
        "artifacts": [
            {
                "artifact": ruled.artifact,
                "rules": {phase: _rule(rule) for phase, rule in ruled.rules.items()},
                "forecast": [_outlook(each) for each in ruled.outlook],
            }
            for ruled in rules.artifacts
        ],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "after": rule.after,
        "soak": rule.soak,
        "healthy": rule.healthy,
        "auto": str(rule.auto),
        "windows": [str(window) for window in rule.windows],
        "merge": str(rule.merge),
        "on_failure": str(rule.on_failure),
    }


def _outlook(outlook: Outlook) -> dict[str, Any]:
    return {
        "environment": outlook.environment,
        "has": outlook.has,
        "version": outlook.version,
        "allowed": outlook.verdict.allowed if outlook.version else None,
        "by_rule": outlook.by_rule,
        "when": moment_or_none(outlook.verdict.until),
        "reasons": [{"gate": str(each.gate), "text": reason(each)} for each in outlook.verdict.reasons],
        "stopped": reason(outlook.stopped) if outlook.stopped else "",
    }
