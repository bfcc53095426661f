"""Finds the values of variables in workflows and scripts, as far as the files tell."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product
from math import prod

import yaml

from flux.artifact.manifests import mappings
from flux.regex import regex

VARIABLE = regex(
    r"\$\{\{[^}]*\}\}|\{\{[^{}]*\}\}"  # of GitHub; of just and Task
    r"|\$\{[^}]*\}|\$\([^()]*\)|\$\w+|\$[*@<^]"  # of shells and make
)
MatrixRow = Mapping[str, str]
"""One combination of the values of a matrix."""
_LOOP = regex(r"\bfor\s+(\w+)\s+in\s+([^;\n$]*[*?][^;\n]*)")
_ASSIGNED = regex(
    r"^\s*(?:export\s+|local\s+)?([A-Za-z_]\w*)(?:=|\s*[?:]=\s*)[\"']?([^\s\"'#]+)[\"']?\s*$", re.MULTILINE
)
_OUTPUT = regex(r"\becho\s+[\"']?([\w-]+)=([^\"'\n]*?)[\"']?\s*>>\s*[\"']?\$\{?GITHUB_OUTPUT")
_OF_A_STEP = regex(r"\$\{\{\s*steps\.[\w-]+\.outputs\.([\w-]+)\s*\}\}")
_OF_A_MATRIX = regex(r"\$\{\{\s*matrix\.([\w-]+)\s*\}\}")
_OF_GITHUB = regex(r"(?:env\.)?([\w.-]+)(?:\s*\|\|.*)?")
_QUOTED = regex(r"\"[^\"]*\"|'[^']*'")
_END = regex(r"[;&|]")
_MOST_ROUNDS = 5
_MOST_ROWS = 1000


def commands_in(line: str) -> list[str]:
    """Split a line at `;`, `&` and `|`, but not inside of a variable or of quotes."""
    hidden = _QUOTED.sub(_hide, VARIABLE.sub(_hide, line))
    ends = [found.start() for found in _END.finditer(hidden)]
    return [line[start:end] for start, end in zip([0, *(at + 1 for at in ends)], [*ends, None], strict=True)]


def _hide(found: re.Match[str]) -> str:
    return "x" * len(found[0])


def words(arguments: str) -> list[str]:
    """Split a command line into words. A variable with spaces stays one word."""
    tight = VARIABLE.sub(lambda found: re.sub(r"\s+", "\x01", re.sub(r"[\"']", "", found[0])), arguments)
    return [word.replace("\x01", " ").replace('"', "").replace("'", "") for word in tight.split()]


def known_in(text: str, repository: str) -> dict[str, str]:
    """Return the variables that a file sets, and those that GitHub sets."""
    owner = repository.partition("/")[0]
    known = {**_environment(text), **given_in(text)}
    if repository:
        known |= {"github.repository": repository.lower(), "GITHUB_REPOSITORY": repository.lower()}
        known |= {"github.repository_owner": owner.lower(), "GITHUB_REPOSITORY_OWNER": owner.lower()}
    return known


def given_in(text: str) -> dict[str, str]:
    """Return the variables that a script assigns, and those of loops over a glob."""
    loops = {name: globbed.split()[0].rstrip("/") for name, globbed in _LOOP.findall(text)}
    return {**dict(_ASSIGNED.findall(text)), **loops}


def expanded(word: str, known: Mapping[str, str]) -> str:
    """Return a word with its known variables replaced by their values."""
    for _ in range(_MOST_ROUNDS):
        after = VARIABLE.sub(lambda found: known.get(_name(found[0]), found[0]), word)
        if after == word:
            break
        word = after
    return word


def outputs_of(word: str, text: str) -> Iterator[str]:
    """Yield each possible value of a word that is the output of a step; else the word itself."""
    found = _OF_A_STEP.fullmatch(word)
    values = [value for name, value in _OUTPUT.findall(text) if found and name == found[1]]
    assigned = _ASSIGNED.findall(text)
    for value in values:
        variable = _name(value) if VARIABLE.fullmatch(value) else ""
        yield from [one for name, one in assigned if name == variable] or [value]
    if not values:
        yield word


def matrix_names(word: str) -> list[str]:
    """Return the names of the matrix variables in a word."""
    return list(dict.fromkeys(_OF_A_MATRIX.findall(word)))


def in_row(word: str, row: MatrixRow) -> str:
    """Return a word with the values of one combination of the matrix."""
    return _OF_A_MATRIX.sub(lambda found: row.get(found[1], found[0]), word)


def rows_of(matrix: object) -> tuple[MatrixRow, ...]:
    """Return the combinations of a matrix. There are none if a part is computed, or if they are too many.

    https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/run-job-variations
    """
    if not isinstance(matrix, dict):
        return ()
    lists = {str(name): one for name, one in matrix.items() if name not in ("include", "exclude")}
    include, exclude = (matrix.get(name, []) for name in ("include", "exclude"))
    if not all(isinstance(one, list) for one in (*lists.values(), include, exclude)):
        return ()
    if prod(map(len, lists.values())) > _MOST_ROWS:
        return ()
    texts = ([str(value) for value in one] for one in lists.values())
    rows = [dict(zip(lists, values, strict=True)) for values in product(*texts)] if lists else []
    rows = [row for row in rows if not any(texts_in(one).items() <= row.items() for one in exclude)]
    return tuple(_with_included(rows, [*map(texts_in, include)]))


def _with_included(rows: Sequence[MatrixRow], include: Sequence[MatrixRow]) -> list[MatrixRow]:
    """Return the rows with what `include` adds: to each row that it agrees with, or else as a new row."""
    found = list(rows)
    for more in include:
        fitting = [at for at, row in enumerate(rows) if {**more, **row} == {**row, **more}]
        for at in fitting:
            found[at] = {**found[at], **more}
        found += [] if fitting else [more]
    return found


def texts_in(given: object) -> dict[str, str]:
    """Return the plain values of a mapping in YAML, as texts."""
    found = given.items() if isinstance(given, dict) else ()
    return {str(name): str(value) for name, value in found if isinstance(value, str | int | float)}


@lru_cache(maxsize=1024)
def read_yaml(text: str) -> object:
    """Parse a file as YAML. Return None if it is not valid. The result is not to be changed."""
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _environment(text: str) -> dict[str, str]:
    """Return the variables that a YAML file sets anywhere, as GitLab, Task and others have them."""
    found: dict[str, str] = {}
    for node in mappings([read_yaml(text)]):
        for name in ("env", "vars", "variables"):
            found |= texts_in(node.get(name))
    return found


def _name(variable: str) -> str:
    """Return the name in `$X`, `${X}`, `$(X)`, `${X,,}`, `${X%/}`, `${{ env.X }}` or `{{ .X }}`."""
    if variable.startswith("$("):
        return variable[2:-1] if variable[2:-1].isidentifier() else ""
    if variable.endswith("}}"):
        found = _OF_GITHUB.fullmatch(variable.strip("${}").strip().removeprefix("."))
        return found[1] if found else ""
    return re.split(r"[^\w]", re.sub(r"^\$\{?|\}$", "", variable))[0]
