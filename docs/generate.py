"""Writes the generated parts of the pages: `python -m docs.generate`.

A part stands between `<!-- generated: NAME -->` and `<!-- end of NAME -->`. People write the rest.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, fields
from pathlib import Path

import yaml

from docs import oidc, settings_schema
from flux.errors import FluxError
from flux.forge.kinds import FORGE_KINDS
from flux.settings import Settings
from flux.settings.settings import ENTRIES
from flux.tasks import ns
from flux.tasks.command import Command

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "docs"
WORKFLOWS = (
    "release-flux-artifact.yml",
    "manage-flux-releases.yml",
    "check-flux-promotions.yml",
    "sign-flux-promotions.yml",
    "publish-flux-board.yml",
    "release.yml",
    "manage.yml",
    "board.yml",
    "build-flux-artifacts.yml",
)
"""The workflows that adopters have, and those that these call, in the order of importance."""

_PART = re.compile(
    r"(?P<start><!-- generated: (?P<name>\w+) -->\n).*?(?P<end><!-- end of (?P=name) -->)", re.DOTALL
)
_REASON = re.compile(r"^ +(?P<what>[a-z-]+): (?P<right>read|write) # (?P<why>.+)$", re.MULTILINE)
_TOGETHER = re.compile(r"^ +permissions: \{(?P<rights>[^}]+)\} # (?P<why>.+)$", re.MULTILINE)
_CALL = re.compile(r"uses: \$/\.github/workflows/([a-z-]+\.yml)")
_RUN = re.compile(r"inv (?:[a-z.]+ )*[a-z.]+")


def commands() -> str:
    """Return a table of all commands, and a section for each."""
    found = [ns[name] for name in ns.task_names]
    return "\n".join([*_overview(found), *(line for command in found for line in _section(command))])


def settings() -> str:
    """Return a table of all settings."""
    rows = [
        [f"`{name}`", _default(name), entry.type.allowed, entry.description]
        for name, entry in ENTRIES.items()
    ]
    return "\n".join(_table(["setting", "default", "allowed", "what it is for"], rows))


def workflows() -> str:
    """Return a section for each workflow: what starts it, its inputs, its jobs and their permissions."""
    lines: list[str] = []
    for name in WORKFLOWS:
        text = (ROOT / ".github/workflows" / name).read_text(encoding="utf-8")
        lines += [
            "",
            f"### {name}",
            "",
            *_comment(text),
            "",
            *_inputs(yaml.safe_load(text)),
            *_jobs(text),
            "",
        ]
    return "\n".join(lines)


def documents() -> str:
    """Return a table of the commands, each with the schema of what `--json` prints."""
    schemas = ROOT / "flux" / "schemas"
    names = sorted(path.name.removesuffix(".json") for path in schemas.glob("*.json"))
    rows = [
        [f"`inv {name} --json`", f"[`{name}.json`](../../flux/schemas/{name}.json)", _about(schemas, name)]
        for name in names
        if name != "settings"
    ]
    return "\n".join(_table(["command", "schema", "what it prints"], rows))


def errors() -> str:
    """Return a table of the kinds of errors, each with its exit code."""
    rows = [
        [
            f"[{kind.heading}](../troubleshooting.md#{kind('').anchor})",
            f"`{kind('').anchor}`",
            str(kind.exit_code),
        ]
        for kind in kinds_of(FluxError)
    ]
    return "\n".join(_table(["error", "`kind` in JSON", "exit code"], rows))


def kinds_of(error: type[FluxError]) -> list[type[FluxError]]:
    """Return the error and its subclasses in flux/errors.py."""
    ours = [kind for kind in error.__subclasses__() if kind.__module__ == error.__module__]
    return [error, *(each for kind in ours for each in kinds_of(kind))]


def permissions() -> str:
    """Return a table of the permissions that jobs have."""
    rows = []
    for name in WORKFLOWS:
        for job, body in _bodies((ROOT / ".github/workflows" / name).read_text(encoding="utf-8")):
            rows += [[f"`{right}`", f"`{name}`", f"`{job}`", why] for right, why in _rights(body)]
    terminal = [
        [f"`{kind.permissions}`", "a terminal", "", "to release, and to open issues and pull requests"]
        for kind in FORGE_KINDS.values()
        if kind.permissions
    ]
    return "\n".join(_table(["permission", "workflow", "job", "why"], [*sorted(rows), *terminal]))


def checks() -> str:
    """Return a table of the checks that GitHub shows on a pull request, each with what its job runs."""
    rows = []
    for name in WORKFLOWS:
        text = (ROOT / ".github/workflows" / name).read_text(encoding="utf-8")
        if "pull_request" in yaml.safe_load(text)[True]:
            jobs = yaml.safe_load(text)["jobs"]
            runs = {job: ", ".join(f"`{run}`" for run in _runs(body)) for job, body in _bodies(text)}
            rows += [[f"`{about['name']}`", f"`{name}`", runs[job]] for job, about in jobs.items()]
    return "\n".join(_table(["check", "workflow", "runs"], rows))


def _about(schemas: Path, name: str) -> str:
    said: str = json.loads((schemas / f"{name}.json").read_text(encoding="utf-8"))["description"]
    return said.partition(" A refused command")[0]


PARTS: dict[str, Callable[[], str]] = {
    "checks": checks,
    "commands": commands,
    "documents": documents,
    "errors": errors,
    "permissions": permissions,
    "settings": settings,
    "workflows": workflows,
}


def filled(page: str) -> str:
    """Return the page with its generated parts up to date."""
    return _PART.sub(lambda part: f"{part['start']}{PARTS[part['name']]().strip()}\n{part['end']}", page)


def pages() -> list[Path]:
    """Return the pages that have a generated part."""
    found = sorted(PAGES.rglob("*.md"))
    return [path for path in found if "<!-- generated: " in path.read_text(encoding="utf-8")]


def _overview(found: Sequence[Command]) -> list[str]:
    rows = [[f"[`inv {command.typed}`](#inv-{_anchor(command.typed)})", command.summary] for command in found]
    return [*_table(["command", "does"], rows), ""]


def _section(command: Command) -> list[str]:
    rows = [[f"`{words}`", text or ""] for words, text in command.help_rows()]
    return [
        f"## inv {command.typed}",
        "",
        command.summary,
        "",
        "```sh",
        f"inv {command.usage}",
        f"inv {command.example}  # for example",
        "```",
        "",
        *_table(["word or option", "meaning"], rows),
        "",
    ]


def _default(name: str) -> str:
    (field,) = (field for field in fields(Settings) if field.name == name)
    if name == "phases":
        return "`{at: [], tt: [], prod: []}`"
    if field.default in (MISSING, None, "", ()):
        return "none"
    if isinstance(field.default, tuple):
        return ", ".join(f"`{value}`" for value in field.default)
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"


def _comment(text: str) -> list[str]:
    """Return the comment at the beginning of a workflow, or the one after its name."""
    above, _, rest = text.partition("name:")
    said = above.splitlines() or [rest.partition("\n")[0].partition("#")[2]]
    return [line.removeprefix("#").strip() for line in said]


def _inputs(workflow: dict[str, object]) -> list[str]:
    events = workflow[True]  # type: ignore[index]  # YAML 1.1 reads `on` as True
    rows = []
    for details in events.values():  # type: ignore[attr-defined]
        for kind in ("inputs", "secrets", "outputs") if isinstance(details, dict) else ():
            for name, what in details.get(kind, {}).items():
                rows.append([f"`{name}`", kind.removesuffix("s"), str(what["description"])])
    started = ", ".join(f"`{event}`" for event in events)  # type: ignore[attr-defined]
    table = [*_table(["name", "is", "meaning"], rows), ""] if rows else []
    return [f"Started by: {started}.", "", *table]


def _jobs(text: str) -> list[str]:
    rows = []
    for name, body in _bodies(text):
        rights = [f"`{right}` {why}" for right, why in _rights(body)]
        rows.append([f"`{name}`", ", ".join(f"`{run}`" for run in _runs(body)), "<br/>".join(rights)])
    return _table(["job", "runs", "permissions, and why"], rows)


def _rights(body: str) -> Iterator[tuple[str, str]]:
    """Yield each permission of a job, with its reason."""
    for part in _REASON.finditer(body):
        yield f"{part['what']}: {part['right']}", part["why"]
    for part in _TOGETHER.finditer(body):
        rights, reasons = part["rights"].split(", "), part["why"].split(", ")
        yield from zip(rights, reasons if len(reasons) > 1 else reasons * len(rights), strict=True)


def _runs(body: str) -> list[str]:
    """Return what a job calls or runs, directly or in an action of ours."""
    steps = re.sub(r" #.*", "", body)
    signs = ["inv sign"] if "uses: $/.github/actions/sign" in steps else []
    return list(dict.fromkeys([*_CALL.findall(steps), *_RUN.findall(steps), *signs]))


def _bodies(text: str) -> Iterator[tuple[str, str]]:
    """Return the name and the text of each job in a workflow."""
    parts = re.split(r"^  ([a-z-]+):(?: #.*)?\n", text.partition("\njobs:\n")[2], flags=re.MULTILINE)
    return zip(parts[1::2], parts[2::2], strict=True)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    escaped = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    return [f"| {' | '.join(row)} |" for row in [heads, ["---"] * len(heads), *escaped]]


def _anchor(typed: str) -> str:
    return typed.replace(".", "")


def main() -> None:
    for path in pages():
        text = path.read_text(encoding="utf-8")
        path.write_text(filled(text), encoding="utf-8")
    for path, text in oidc.files().items():
        path.write_text(text, encoding="utf-8")
    settings_schema.FILE.write_text(settings_schema.text(), encoding="utf-8")


if __name__ == "__main__":
    main()
