"""The output of `inv diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flux.report.text import Styled

if TYPE_CHECKING:
    from flux.artifact.difference import FileDifference
    from flux.commands.diff import Compared, Diff
    from flux.report.report import Report

_STYLES = {"+": "green", "-": "red", "@": "cyan", "\\": "dim", "B": "bold"}


def show_diff(report: Report, diff: Diff) -> None:
    header = ("Environments", "From", "File", "Change")
    rows = [
        (", ".join(compared.environments), _old(compared), file.path, str(file.kind))
        for compared in diff.compared
        for file in compared.files
    ]
    report.summary(f"{diff.artifact} {diff.version}", header, rows)
    if report.document(document(diff)):
        return
    for compared in diff.compared:
        where = f"{diff.artifact} in {', '.join(compared.environments)}"
        report.print(f"{where}: {_old(compared)} -> {diff.version}{_same(diff, compared)}")
        for file in compared.files:
            show_file(report, file)


def document(diff: Diff) -> dict[str, Any]:
    return {
        "artifact": diff.artifact,
        "version": diff.version,
        "digest": diff.digest,
        "compared": [
            {
                "environments": list(compared.environments),
                "version": compared.version,
                "digest": compared.digest,
                "other_modes": compared.other_modes,
                "files": [_file(file) for file in compared.files],
            }
            for compared in diff.compared
        ],
    }


def _file(file: FileDifference) -> dict[str, Any]:
    from flux.artifact.difference import render_patch

    return {"path": file.path, "change": file.kind, "binary": file.is_binary, "diff": render_patch([file])}


def _old(compared: Compared) -> str:
    """Return what the environments have now: a version, or the digest of an image without one."""
    return compared.version or compared.digest or "nothing"


def _same(diff: Diff, compared: Compared) -> str:
    if compared.digest == diff.digest:
        return ", which is there"
    if compared.other_modes:
        return ", the same files under other modes"
    return "" if compared.files else ", without a difference in any file"


def show_file(report: Report, file: FileDifference) -> None:
    """Show a file like `git diff`."""
    in_hunks = False
    for line in file.lines:
        in_hunks = in_hunks or line.startswith("@@")
        style = _STYLES.get(line[:1], "") if in_hunks else "bold"
        report.print(Styled(line, style), kept="\t")
