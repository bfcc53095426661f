"""Finds what workflows and scripts push today with the flux CLI."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from flux.adoption.calls import joined_path, lines_of
from flux.adoption.scripts import Script, Use, find_scripts
from flux.adoption.variables import (
    VARIABLE,
    MatrixRow,
    commands_in,
    expanded,
    in_row,
    matrix_names,
    outputs_of,
    words,
)
from flux.adoption.workflows import calls_ours
from flux.regex import regex

_COMMAND = regex(r"\bflux\s+(push|tag)\s+artifact\b(.*)")
_IN_PROGRAMS = regex(r"push[\"',\s]{1,9}artifact")
_PUSHING = regex(r"push|publish|release|artifact")
_SHELLS = regex(
    r"(.*/)?([Mm]akefile|GNUmakefile|justfile|Dockerfile|Jenkinsfile|Earthfile)|.*\.(ya?ml|sh|bash|mk|make|just)"
)
_SHEBANG = regex(r"#!.*\b(ba|z|k|da)?sh\b")


@dataclass(frozen=True)
class PushCommand:
    """One command of the flux CLI in a file. Unknown parts are still variables."""

    verb: str
    place: str
    url: str
    path: str = ""
    tags: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    """The patterns of the files that it ignores."""
    chosen: tuple[str, ...] = ()
    """The folders that the variable at the end of the path stands for, if the file tells."""
    workflow: str = ""
    """The workflow that runs it, empty if no workflow is known to."""

    @property
    def repository(self) -> str:
        """The repository of the URL, without its tag."""
        above, slash, last = self.url.removeprefix("oci://").rpartition("/")
        return f"{above}{slash}{last.partition(':')[0].partition('@')[0]}"


def find_commands(texts: Mapping[str, str], repository: str) -> list[PushCommand]:
    """Return the commands of all files: first those that workflows run."""
    told: dict[PushCommand, None] = {}
    for found in find_scripts(texts, repository):
        if isinstance(found, Use):
            told |= dict.fromkeys(_by_action(found, texts))
        elif "flux" in found.text and _is_for_shells(found.file, texts):
            told |= dict.fromkeys(_of_script(found, texts))
    return [*told]


def find_unread(texts: Mapping[str, str], repository: str) -> Iterator[str]:
    """Yield each place that seems to push, and that cannot be read."""
    for file, text in texts.items():
        is_read = _is_for_shells(file, texts) or file.endswith(".json")
        if (found := _IN_PROGRAMS.search(text)) and "flux" in text and not is_read:
            yield f"{file}:{_line(text, found[0])} pushes from a program"
    for command in find_commands(texts, repository):
        if command.verb == "push" and VARIABLE.fullmatch(command.path):
            yield f"{command.place} pushes {command.path}"
    for used in find_scripts(texts, repository):
        if isinstance(used, Use) and _seems_to_push(used.uses) and not [*_by_action(used, texts)]:
            yield f"{used.file}:{_line(texts[used.file], used.uses)} uses {used.uses}"


def _seems_to_push(uses: str) -> bool:
    """Whether an action that is not read pushes Flux artifacts, by its name."""
    name = uses.partition("@")[0].lower()
    is_named = "flux" in name or (name.startswith("./") and "oci" in name)
    return is_named and bool(_PUSHING.search(name)) and not calls_ours(f"uses: {uses}")


def _is_for_shells(file: str, texts: Mapping[str, str]) -> bool:
    """Whether a shell reads the commands in a file."""
    named = _SHELLS.fullmatch(file) or "." not in file.rpartition("/")[2]
    return bool(named or _SHEBANG.match(texts[file])) and not file.endswith(".json")


def _line(text: str, beginning: str) -> int:
    return text[: max(text.find(beginning), 0)].count("\n") + 1


def _of_script(script: Script, texts: Mapping[str, str]) -> Iterator[PushCommand]:
    for line in lines_of(script.text, script.folder, script.known, script.file):
        for found in filter(None, map(_COMMAND.search, commands_in(line.text))):
            place = f"{script.file}:{_line(texts[script.file], found[0][:40])}"
            said = [expanded(word, line.known) for word in words(found[2])]
            command = _command(found[1], place, said, script.outputs)
            path = joined_path(line.folder, command.path, script.file) if command.path else ""
            yield from _in_rows(replace(command, path=path, workflow=script.workflow), script.rows)


def _command(verb: str, place: str, said: list[str], outputs: str) -> PushCommand:
    """Parse the words of a command line. Known variables are already replaced."""
    url = next((word for word in said if word.startswith("oci://") or VARIABLE.match(word)), "")
    tags = tuple(one for tag in _values(said, "--tag") for one in outputs_of(tag, outputs))
    path = next(iter([*_values(said, "--path"), *_values(said, "-f")]), "")
    ignore = tuple(one for listed in _values(said, "--ignore-paths") for one in listed.split(",") if one)
    return PushCommand(verb, place, url, path, tags, ignore)


def _in_rows(command: PushCommand, rows: Sequence[MatrixRow]) -> Iterator[PushCommand]:
    """Yield a command for each combination of the matrix.

    A variable at the end of the path stays, with its values, if nothing else of the command depends on
    others: then the folder can be one of a glob.
    """
    tags = (in_row(tag, row) for tag in command.tags for row in (rows if matrix_names(tag) else [{}]))
    command = replace(command, tags=tuple(dict.fromkeys(tags)))
    names = matrix_names(f"{command.url} {command.path}")
    if not names or not rows:
        yield command
        return
    above, _, last = command.path.rstrip("/").rpartition("/")
    values = tuple(dict.fromkeys(row[names[0]] for row in rows if names[0] in row))
    if above and names == matrix_names(last) == names[:1] and "/" not in "".join(values):
        yield replace(command, chosen=values)
        return
    for row in rows:
        yield replace(command, url=in_row(command.url, row), path=in_row(command.path, row))


def _by_action(use: Use, texts: Mapping[str, str]) -> Iterator[PushCommand]:
    """Yield what an action pushes by its inputs; nothing if it has no repository or no path."""
    values = use.given
    url = _first(values, ("repository", "url", "artifact-url", "oci-url", "artifact"))
    path = _first(values, ("path", "source-path", "artifact-path", "directory"))
    if url and path and "push" in use.uses.partition("@")[0]:
        listed = [values[name] for name in ("tag", "tags", "diff-tag") if name in values]
        tags = [tag for each in listed for tag in words(each.replace(",", " "))]
        given = tuple(one for tag in tags for one in outputs_of(tag, use.outputs))
        ignore = tuple(words(values.get("ignore-paths", "").replace(",", " ")))
        place = f"{use.file}:{_line(texts[use.file], use.uses)}"
        url = url if "://" in url else f"oci://{url}"
        yield from _in_rows(
            PushCommand("push", place, url, path, given, ignore, workflow=use.workflow), use.rows
        )


def _first(values: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((values[name] for name in names if values.get(name)), "")


def _values(words: list[str], option: str) -> Iterator[str]:
    for at, word in enumerate(words):
        if word.startswith(option + "="):
            yield word.partition("=")[2]
        elif word == option and at + 1 < len(words):
            yield words[at + 1]
