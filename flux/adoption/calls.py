"""Finds the files that a script runs, and the folder that it is in at each line."""

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flux.adoption.variables import VARIABLE, commands_in, expanded, given_in, words
from flux.regex import regex

TOP = "\x02"
"""Stands for the root of the clone, at the beginning of a path."""

_CD = regex(r"(?:^|\s|(?<!\$)\()(?:cd|pushd)(\s+\S.*)")
_BACK = regex(r"(?:^|[\s;&|])popd\b")
_TOPS = regex(
    r"\$\(git rev-parse --show-toplevel\)|\$\{\{\s*github\.workspace\s*\}\}|\$\{?GITHUB_WORKSPACE\}?(?!\w)"
)
_OWN_FOLDER = regex(r"\$\(dirname [^()]*\)|\$\{0%/\*\}")
_PRINTED = regex(
    r"^(?P<command>[ \t]*cat\b[^|\n]*)<<-?[ \t]*[\"']?(?P<end>\w+)[\"']?[^|\n]*\n"
    r"(?:.*\n)*?[ \t]*(?P=end)[ \t]*$",
    re.MULTILINE,
)
"""A here-document that is printed, and not run."""
_SHELLS = ("bash", "sh", "source", ".", "zsh", "exec")
_RUNNERS = {"make": "Makefile", "gmake": "Makefile", "just": "justfile", "task": "Taskfile.yml"}
_FILES = ("-f", "--file", "--makefile", "--justfile", "-t", "--taskfile")
_FOLDERS = ("-C", "--directory", "-d", "--dir", "--working-directory")
_MAKEFILES = ("GNUmakefile", "makefile", "Makefile")


@dataclass(frozen=True)
class ScriptLine:
    """A line of a script, the folder that it runs in, and the variables that are known by then."""

    text: str
    folder: str
    known: Mapping[str, str]


@dataclass(frozen=True)
class Call:
    """A file that a script runs, the folder that it starts in, and its arguments."""

    file: str
    folder: str
    given: Mapping[str, str]


def lines_of(text: str, folder: str, known: Mapping[str, str], file: str = "") -> Iterator[ScriptLine]:
    """Yield the lines of a script, without comments. Continued lines are joined."""
    known, visited = dict(known), [folder]
    is_make = _is_makefile(file)
    for line in _joined(text.replace("$$", "$") if is_make else text):
        known |= given_in(line)  # a command gets the last value before it
        before = [*visited]
        for command in commands_in(line):
            if found := _CD.search(command):
                visited.append(_changed(visited, expanded(_first(found[1]), known), file))
        yield ScriptLine(line, visited[-1], dict(known))
        if is_make or line.lstrip().startswith("("):
            visited = before  # another shell
        elif _BACK.search(line):
            visited = visited[:-1] or visited


def _joined(text: str) -> list[str]:
    """Return the lines of a script without comments. Continued lines are joined."""
    text = _PRINTED.sub(r"\g<command>", text)
    text = re.sub(r"\\\s*\n\s*", " ", text)
    text = re.sub(r"\n\s+(--?[a-z])", r" \1", text)
    return ["" if line.lstrip().startswith("#") else line.split(" #")[0] for line in text.splitlines()]


def _changed(visited: Sequence[str], word: str, file: str) -> str:
    """Return the folder after `cd WORD`."""
    return visited[max(len(visited) - 2, 0)] if word == "-" else joined_path(visited[-1], word, file)


def _first(arguments: str) -> str:
    """Return the first word, without the bracket that ends a subshell."""
    word = words(arguments)[0]
    return word.rstrip(")") if word.count(")") > word.count("(") else word


def joined_path(folder: str, path: str, file: str = "") -> str:
    """Return a path from the root of the clone. A variable that may be any folder stays at its beginning."""
    path = _TOPS.sub(TOP, path)
    path = _OWN_FOLDER.sub(lambda _: TOP + "/" + posixpath.dirname(file), path)
    if path.startswith((TOP, "/")):
        return posixpath.normpath(path.removeprefix(TOP).lstrip("/") if path[0] == TOP else path)
    there = f"{folder}/{path}" if folder else path
    # A variable may have slashes and dots of its own.
    variables = iter(VARIABLE.findall(there))
    told = posixpath.normpath(VARIABLE.sub("\x03", there)) if there else ""
    return re.sub("\x03", lambda _: next(variables, ""), told)


def calls_in(text: str, folder: str, known: Mapping[str, str]) -> Iterator[Call]:
    """Yield the files that a script may run: by name, or by make, just and task."""
    for line in lines_of(text, folder, known):
        for command in commands_in(line.text):
            said = [expanded(word, line.known) for word in words(command)]
            while said and (said[0] in (*_SHELLS, "then", "do", "(") or re.match(r"\w+=|-\w*$", said[0])):
                said = said[1:]
            if said:
                yield from _call(said, line.folder)


def _call(said: list[str], folder: str) -> Iterator[Call]:
    name, arguments = re.sub(r"^\$[({]MAKE[)}]$", "make", said[0]), said[1:]
    if name in _RUNNERS:
        place = joined_path(folder, _after(arguments, _FOLDERS) or ".")
        file = joined_path(place, _after(arguments, _FILES) or _RUNNERS[name])
        yield Call(file, place, dict(word.split("=", 1) for word in arguments if re.match(r"\w+=", word)))
    elif "/" in name or "." in name:
        given = {str(number): word for number, word in enumerate(arguments, start=1)}
        yield Call(joined_path(folder, name), folder, given)


def _after(arguments: list[str], options: Collection[str]) -> str:
    """Return the value of the first of these options, or an empty text."""
    for at, word in enumerate(arguments):
        name, equals, value = word.partition("=")
        if name in options:
            return value if equals else "".join(arguments[at + 1 : at + 2])
    return ""


def main_makefile(path: str, there: Collection[str]) -> str:
    """Return the makefile of a folder under any of its names, or an empty text."""
    folder, slash, base = path.rpartition("/")
    names = _MAKEFILES if base == "Makefile" else ("Taskfile.yaml",) if base == "Taskfile.yml" else ()
    return next((f"{folder}{slash}{name}" for name in names if f"{folder}{slash}{name}" in there), "")


def _is_makefile(file: str) -> bool:
    return file.rpartition("/")[2] in _MAKEFILES or file.endswith((".mk", ".make", ".makefile"))
