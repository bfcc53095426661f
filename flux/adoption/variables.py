"""Finds the values of variables in workflows and scripts, as far as the files tell."""

import re
from collections.abc import Iterator, Mapping

import yaml

from flux.artifact.manifests import mappings
from flux.regex import regex

VARIABLE = regex(r"\$\{\{[^}]*\}\}|\$\{[^}]*\}|\$\([^()]*\)|\$\w+")
_LOOP = regex(r"\bfor\s+(\w+)\s+in\s+([^;\n$]*[*?][^;\n]*)")
_ASSIGNED = regex(
    r"^\s*(?:export\s+|local\s+)?([A-Za-z_]\w*)(?:=|\s*[?:]=\s*)[\"']?([^\s\"'#]+)[\"']?\s*$", re.MULTILINE
)
_OUTPUT = regex(r"\becho\s+[\"']?([\w-]+)=([^\"'\n]*?)[\"']?\s*>>\s*[\"']?\$\{?GITHUB_OUTPUT")
_OF_A_STEP = regex(r"\$\{\{\s*steps\.[\w-]+\.outputs\.([\w-]+)\s*\}\}")
_OF_A_MATRIX = regex(r"\$\{\{\s*matrix\.([\w-]+)\s*\}\}/?$")
_MOST_ROUNDS = 5


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


def matrix_values(word: str, text: str) -> tuple[str, ...]:
    """Return the values of a matrix variable at the end of a word. There are none if they are computed."""
    found = _OF_A_MATRIX.search(word)
    if not found:
        return ()
    matrices = [node["matrix"] for node in mappings([document(text)]) if isinstance(node.get("matrix"), dict)]
    return tuple(dict.fromkeys(value for matrix in matrices for value in _values_of(matrix, found[1])))


def _values_of(matrix: Mapping[str, object], name: str) -> Iterator[str]:
    listed, include = (matrix.get(key) for key in (name, "include"))
    yield from map(str, listed if isinstance(listed, list) else ())
    for one in include if isinstance(include, list) else ():
        if isinstance(one, dict) and name in one:
            yield str(one[name])


def document(text: str) -> object:
    """Parse a file as YAML. Return None if it is not valid."""
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _environment(text: str) -> dict[str, str]:
    """Return the variables that a workflow sets, including all jobs and steps."""
    found: dict[str, str] = {}
    for node in mappings([document(text)]):
        given = node.get("env")
        if isinstance(given, dict):
            found |= {str(name): value for name, value in given.items() if isinstance(value, str)}
    return found


def _name(variable: str) -> str:
    """Return the name in `$X`, `${X}`, `$(X)`, `${X,,}`, `${X%/}`, `${{ env.X }}` or `${{ github.x }}`."""
    if variable.startswith("$("):
        return variable[2:-1] if variable[2:-1].isidentifier() else ""
    name = re.sub(r"^\$\{\{\s*|\s*\}\}$|^\$\{|\}$|^\$", "", variable).strip()
    return re.split(r"[^\w.]", name.removeprefix("env."))[0]
