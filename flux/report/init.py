"""The output of `inv init`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flux.adoption.files import FileState, WantedFile
from flux.listing import counted
from flux.report.text import some

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flux.commands.init import Adoption
    from flux.diagnosis.proof import Exceptional
    from flux.report.report import Report


def show_adoption(report: Report, adoption: Adoption, written: Sequence[WantedFile], dry_run: bool) -> None:
    """Show the findings with their evidence, the open questions and the files; in a dry run, as a diff."""
    report.notices(adoption.notices)
    if report.document(document(adoption, written)):
        return
    _show_findings(report, adoption)
    if dry_run:
        for file in adoption.files:
            for line in file.diff.splitlines():
                report.print(line, whole=True)
    paths = {file.path for file in written}
    for file in adoption.files:
        if file.state is FileState.MISSING and file.path not in paths:
            continue  # the dry run has already shown it
        report.print(f"{file.path}: {'written' if file.path in paths else file.state}")
    if adoption.differing and not paths & {file.path for file in adoption.differing}:
        report.notice(
            "files that differ stay as they are: `--dry-run` shows the differences, `--force` overwrites them"
        )


def _show_findings(report: Report, adoption: Adoption) -> None:
    for found in adoption.findings:
        report.print(f"{found.setting}: {_shown(found.value)}")
        report.print(f"    {found.evidence}", indent=4)
    if adoption.artifacts:
        report.print(f"{counted(len(adoption.artifacts), 'artifact')}: {some(adoption.artifacts)}")
    for gap in adoption.gaps:
        report.print(f"settings cannot describe this: {gap.message}")
        report.print(f"    {gap.hint}", indent=4)
    if adoption.identity:
        report.print(f"clusters that verify signatures have to accept: {adoption.identity}")
    for one in adoption.unmanaged:
        report.print(f"unmanaged: {one.artifact}:{one.environment}: {one.why.message}")


def show_proof(report: Report, exceptions: Sequence[Exceptional]) -> None:
    listed = [{"about": one.about, "message": one.message, "hint": one.hint} for one in exceptions]
    if report.document({"exceptions": listed}):
        return
    for (said, hint), names in _grouped(exceptions).items():
        report.print(f"{some(names)}: {said}" if names else said)
        if hint:
            report.print(f"    {hint}", indent=4)
    if not exceptions:
        report.print("Ready: no tag would move, and every tag is known.")
    else:
        report.print(f"{counted(len(exceptions), 'exception')}.")


def _grouped(exceptions: Sequence[Exceptional]) -> dict[tuple[str, str], list[str]]:
    """Group equal exceptions, and return the names for each group. A message that does not begin with its
    name adds none."""
    groups: dict[tuple[str, str], list[str]] = {}
    for one in exceptions:
        said = one.message.removeprefix(f"{one.about}: ")
        groups.setdefault((said, one.hint), []).extend([one.about] if said != one.message else [])
    return groups


def document(adoption: Adoption, written: Sequence[WantedFile]) -> dict[str, Any]:
    return {
        "findings": [
            {"setting": one.setting, "value": one.value, "evidence": one.evidence}
            for one in adoption.findings
        ],
        "artifacts": adoption.artifacts,
        "identity": adoption.identity,
        "gaps": [{"message": gap.message, "hint": gap.hint} for gap in adoption.gaps],
        "unmanaged": [
            {"artifact": u.artifact, "environment": u.environment, "digest": u.digest, "why": u.why.message}
            for u in adoption.unmanaged
        ],
        "files": [{"path": f.path, "state": f.state, "written": f in written} for f in adoption.files],
    }


def _shown(value: object) -> str:
    import json

    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
