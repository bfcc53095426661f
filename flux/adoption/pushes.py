"""What workflows and scripts push today with the flux CLI, and what their variables stand for."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from flux.artifact.manifests import mappings

VARIABLE = re.compile(r"\$\{\{[^}]*\}\}|\$\{[^}]*\}|\$\([^()]*\)|\$\w+")
_COMMAND = re.compile(r"\bflux\s+(push|tag)\s+artifact\b(.*)")
_LOOP = re.compile(r"\bfor\s+(\w+)\s+in\s+([^;\n$]*[*?][^;\n]*)")
_ASSIGNED = re.compile(
    r"^\s*(?:export\s+|local\s+)?([A-Za-z_]\w*)=[\"']?([^\s\"'#]+)[\"']?\s*$", re.MULTILINE
)
_MOST_ROUNDS = 5


@dataclass(frozen=True)
class PushCommand:
    """One command of the flux CLI in a file. What is not known of it is still a variable."""

    verb: str
    place: str
    url: str
    path: str = ""
    tags: tuple[str, ...] = ()

    @property
    def repository(self) -> str:
        """The repository of the URL, without its tag."""
        above, slash, last = self.url.removeprefix("oci://").rpartition("/")
        return f"{above}{slash}{last.partition(':')[0].partition('@')[0]}"


def find_commands(texts: Mapping[str, str], repository: str) -> list[PushCommand]:
    """The commands of all files, in their order."""
    return [command for file, text in texts.items() for command in _of_file(file, text, repository)]


def _of_file(file: str, text: str, repository: str) -> Iterator[PushCommand]:
    known = _known(text, repository)
    yield from _of_actions(file, text, known)
    joined = re.sub(r"\\\s*\n\s*", " ", text)
    joined = re.sub(r"\n\s+(--?[a-z])", r" \1", joined)
    for line in joined.splitlines():
        known |= _given(line)  # what stands last before a command is what it has
        found = _COMMAND.search(line.split(" #")[0])
        if not found:
            continue
        number = text[: max(text.find(found[0][:40]), 0)].count("\n") + 1
        words = [_expanded(word, known) for word in _words(found[2])]
        url = next((word for word in words if word.startswith("oci://") or VARIABLE.match(word)), "")
        tags = tuple(_values(words, "--tag"))
        path = next(iter([*_values(words, "--path"), *_values(words, "-f")]), "")
        yield PushCommand(found[1], f"{file}:{number}", url, path, tags)


def _of_actions(file: str, text: str, known: Mapping[str, str]) -> Iterator[PushCommand]:
    """The steps that push with an action: it is given a repository and a path."""
    for step in mappings([_document(text)]):
        uses, given = step.get("uses"), step.get("with")
        if isinstance(uses, str) and isinstance(given, dict) and "push" in uses.partition("@")[0]:
            place = f"{file}:{text[: max(text.find(uses), 0)].count(chr(10)) + 1}"
            values = {str(name): _expanded(str(value), known) for name, value in given.items()}
            yield from _by_action(place, values)


def _by_action(place: str, values: Mapping[str, str]) -> Iterator[PushCommand]:
    """What an action pushes by its inputs; nothing where it is given no repository or no path."""
    url = _first(values, ("repository", "url", "artifact-url", "oci-url", "artifact"))
    path = _first(values, ("path", "source-path", "artifact-path", "directory"))
    if url and path:
        listed = [values[name] for name in ("tag", "tags", "diff-tag") if name in values]
        tags = tuple(tag for each in listed for tag in re.split(r"[\s,]+", each) if tag)
        yield PushCommand("push", place, url if "://" in url else f"oci://{url}", path, tags)


def _first(values: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((values[name] for name in names if values.get(name)), "")


def _words(arguments: str) -> list[str]:
    """The words of a command line; a variable is one, whatever spaces it has."""
    tight = VARIABLE.sub(lambda found: re.sub(r"\s+", "\x01", re.sub(r"[\"']", "", found[0])), arguments)
    return [word.replace("\x01", " ").replace('"', "").replace("'", "") for word in tight.split()]


def _values(words: list[str], option: str) -> Iterator[str]:
    for at, word in enumerate(words):
        if word.startswith(option + "="):
            yield word.partition("=")[2]
        elif word == option and at + 1 < len(words):
            yield words[at + 1]


def _known(text: str, repository: str) -> dict[str, str]:
    """Variables that a file gives a value, and those that GitHub gives."""
    owner = repository.partition("/")[0]
    known = {**_environment(text), **_given(text)}
    if repository:
        known |= {"github.repository": repository.lower(), "GITHUB_REPOSITORY": repository.lower()}
        known |= {"github.repository_owner": owner.lower(), "GITHUB_REPOSITORY_OWNER": owner.lower()}
    return known


def _given(text: str) -> dict[str, str]:
    """The variables that a script assigns, or that a loop over a glob has."""
    loops = {name: globbed.split()[0].rstrip("/") for name, globbed in _LOOP.findall(text)}
    return {**dict(_ASSIGNED.findall(text)), **loops}


def _environment(text: str) -> dict[str, str]:
    """The variables that a workflow sets, of all its jobs and steps."""
    found: dict[str, str] = {}
    for node in mappings([_document(text)]):
        given = node.get("env")
        if isinstance(given, dict):
            found |= {str(name): value for name, value in given.items() if isinstance(value, str)}
    return found


def _document(text: str) -> object:
    """A file as YAML; nothing where it is none."""
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _expanded(word: str, known: Mapping[str, str]) -> str:
    for _ in range(_MOST_ROUNDS):
        after = VARIABLE.sub(lambda found: known.get(_name(found[0]), found[0]), word)
        if after == word:
            break
        word = after
    return word


def _name(variable: str) -> str:
    """The name in `$X`, `${X}`, `${X,,}`, `${X%/}`, `${{ env.X }}` or `${{ github.x }}`."""
    name = re.sub(r"^\$\{\{\s*|\s*\}\}$|^\$\{|\}$|^\$", "", variable).strip()
    return re.split(r"[^\w.]", name.removeprefix("env."))[0]
