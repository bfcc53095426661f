"""Finds what workflows and scripts push today with the flux CLI."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flux.adoption.variables import (
    VARIABLE,
    document,
    expanded,
    given_in,
    known_in,
    matrix_values,
    outputs_of,
    words,
)
from flux.artifact.manifests import mappings
from flux.regex import regex

_COMMAND = regex(r"\bflux\s+(push|tag)\s+artifact\b(.*)")


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

    @property
    def repository(self) -> str:
        """The repository of the URL, without its tag."""
        above, slash, last = self.url.removeprefix("oci://").rpartition("/")
        return f"{above}{slash}{last.partition(':')[0].partition('@')[0]}"


def find_commands(texts: Mapping[str, str], repository: str) -> list[PushCommand]:
    """Return the commands of all files, in their order."""
    return [
        command
        for file, text in texts.items()
        if not file.endswith(".json") and ("flux" in text or "push" in text)
        for command in _of_file(file, text, repository)
    ]


def _of_file(file: str, text: str, repository: str) -> Iterator[PushCommand]:
    known = known_in(text, repository)
    yield from _of_actions(file, text, known)
    joined = re.sub(r"\\\s*\n\s*", " ", text)
    joined = re.sub(r"\n\s+(--?[a-z])", r" \1", joined)
    for line in joined.splitlines():
        known |= given_in(line)  # a command gets the last value before it
        found = _COMMAND.search(line.split(" #")[0])
        if not found:
            continue
        number = text[: max(text.find(found[0][:40]), 0)].count("\n") + 1
        said = [expanded(word, known) for word in words(found[2])]
        yield _command(found[1], f"{file}:{number}", said, text)


def _command(verb: str, place: str, said: list[str], text: str) -> PushCommand:
    """Parse the words of a command line. Known variables are already replaced."""
    url = next((word for word in said if word.startswith("oci://") or VARIABLE.match(word)), "")
    tags = tuple(one for tag in _values(said, "--tag") for one in outputs_of(tag, text))
    path = next(iter([*_values(said, "--path"), *_values(said, "-f")]), "")
    ignore = tuple(one for listed in _values(said, "--ignore-paths") for one in listed.split(",") if one)
    return PushCommand(verb, place, url, path, tags, ignore, matrix_values(path, text))


def _of_actions(file: str, text: str, known: Mapping[str, str]) -> Iterator[PushCommand]:
    """Yield the pushes of steps that use an action with a repository and a path."""
    for step in mappings([document(text)]):
        uses, given = step.get("uses"), step.get("with")
        if isinstance(uses, str) and isinstance(given, dict) and "push" in uses.partition("@")[0]:
            place = f"{file}:{text[: max(text.find(uses), 0)].count(chr(10)) + 1}"
            values = {str(name): expanded(str(value), known) for name, value in given.items()}
            yield from _by_action(place, values, text)


def _by_action(place: str, values: Mapping[str, str], text: str) -> Iterator[PushCommand]:
    """Yield what an action pushes by its inputs; nothing if it has no repository or no path."""
    url = _first(values, ("repository", "url", "artifact-url", "oci-url", "artifact"))
    path = _first(values, ("path", "source-path", "artifact-path", "directory"))
    if url and path:
        listed = [values[name] for name in ("tag", "tags", "diff-tag") if name in values]
        tags = [tag for each in listed for tag in words(each.replace(",", " "))]
        given = tuple(one for tag in tags for one in outputs_of(tag, text))
        ignore = tuple(words(values.get("ignore-paths", "").replace(",", " ")))
        url, chosen = url if "://" in url else f"oci://{url}", matrix_values(path, text)
        yield PushCommand("push", place, url, path, given, ignore, chosen)


def _first(values: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((values[name] for name in names if values.get(name)), "")


def _values(words: list[str], option: str) -> Iterator[str]:
    for at, word in enumerate(words):
        if word.startswith(option + "="):
            yield word.partition("=")[2]
        elif word == option and at + 1 < len(words):
            yield words[at + 1]
