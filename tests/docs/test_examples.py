"""What pages show can be read and typed, and what they explain is what is said."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from docs import generate
from flux import errors
from flux.tasks import ns
from tests.docs.pages import OTHERS, PAGES, ROOT, anchors, headings, inlines, name, tokens


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_each_block_of_yaml_and_json_can_be_read(path: Path) -> None:
    for token in tokens(path.read_text(encoding="utf-8")):
        if token.type == "fence" and token.info in ("yaml", "json"):
            list(yaml.safe_load_all(token.content))


@pytest.mark.parametrize("path", generate.pages(), ids=name)
def test_no_generated_part_is_stale(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert generate.filled(text) == text, "run `python -m docs.generate`"


def typed(text: str) -> Iterator[list[str]]:
    """The words after `inv` of each command on a page, in a block or in a sentence."""
    for token in [*tokens(text), *inlines(text)]:
        if token.type == "fence" and token.info in ("sh", "console", "yaml"):
            lines = token.content.replace("\\\n", " ").splitlines()
        else:
            lines = [token.content] if token.type == "code_inline" else []
        for line in lines:
            for part in re.split(r"[|;]|&&| #|: run: ", line):
                words = part.replace("…", "").split()
                while words and (words[0] in ("$", "run:", "-") or re.fullmatch(r"[A-Z_]+=\S*", words[0])):
                    del words[0]
                if words and words[0] in ("inv", ".venv/bin/inv", "flux-artifacts"):
                    yield words[1:]


def unknown(words: list[str]) -> list[str]:
    """What of these words is neither a command nor an option of the command before."""
    commands = {ns[name].typed: ns[name] for name in ns.task_names}
    options = {"--list", "--help", "--debug", "--dry", "--version", "--echo", "--print-completion-script"}
    found, values = [], True
    for before, word in pairwise(["", *words]):
        if before == "--print-completion-script":
            continue
        if word.startswith("-"):
            found += [word] if word.partition("=")[0] not in options else []
        elif word in commands:
            names = {each for a in commands[word].get_arguments() for each in (*a.names, a.name)}
            options = {f"-{each}" if len(each) == 1 else f"--{each.replace('_', '-')}" for each in names} | {
                "--help"
            }
            values = False
        elif values and not word.isupper():
            found.append(word)
    return found


@pytest.mark.parametrize("path", [*PAGES, *OTHERS], ids=name)
def test_each_command_on_a_page_exists_with_its_options(path: Path) -> None:
    found = {" ".join(words): unknown(words) for words in typed(path.read_text(encoding="utf-8"))}
    assert {line: words for line, words in found.items() if words} == {}


def test_an_option_or_a_command_that_does_not_exist_is_found() -> None:
    page = "`inv build --chnaged`, `inv biuld` and\n\n```sh\nX=1 inv tag -a eso -z | inv status --wide\n```\n"
    assert [unknown(words) for words in typed(page)] == [["-z"], [], ["--chnaged"], ["biuld"]]


def kinds(error: type[errors.FluxError]) -> list[type[errors.FluxError]]:
    return [error, *(each for kind in error.__subclasses__() for each in kinds(kind))]


def test_each_kind_of_error_has_its_own_heading() -> None:
    """In docs/troubleshooting.md. Kinds that are made elsewhere than in flux/errors.py count too."""
    found = kinds(errors.FluxError)
    inherited = [kind.__name__ for kind in found if "heading" not in vars(kind)]
    assert inherited == [], "each of these needs a `heading` of its own"
    page = ROOT / "docs/troubleshooting.md"
    assert [kind.heading for kind in found if f"## {kind.heading}" not in headings(page.read_text())] == []
    assert [kind.heading for kind in found if kind("").anchor not in anchors(page)] == []


def test_what_contributing_names_is_there() -> None:
    """Each program, each path and each session of nox. And each session is named, or `nox` runs it."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    words = [token.content for token in inlines(text) if token.type == "code_inline"]
    blocks = [token.content for token in tokens(text) if token.type == "fence" and token.info == "sh"]
    lines = [line.partition(" #")[0].split() for block in blocks for line in block.splitlines()]
    programs = {
        "git",
        "python3",
        ".ci/run",
        *(f".venv/bin/{name}" for name in ("pip", "pytest", "inv", "nox")),
    }
    assert {line[0] for line in lines} <= programs
    paths = {word for word in sum(lines, words) if re.match(r"(flux|tests|docs|\.ci|\.github)/", word)}
    missing = {path for path in paths if not (ROOT / path).exists()}
    assert [path for path in missing if not re.search(r"NAME|\bx/", path)] == []
    nox = ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8")).body
    found = {each.name for each in nox if isinstance(each, ast.FunctionDef) and each.decorator_list}
    typed = [*words, *(" ".join(line) for line in lines)]
    named = {name for each in typed for name in each.partition("nox -s ")[2].split()}
    assert found - {name.partition("-3.")[0] for name in named} == {"lint", "types", "tests"}
    assert {name.partition("-3.")[0] for name in named} <= found


OF_OTHERS = {
    "remote rejected",
    "Resource not accessible by integration",
    "GitHub Actions is not permitted to create or approve pull requests",
}
"""Words that git and GitHub say, and we pass on."""


def test_each_message_that_is_explained_is_one_that_is_said() -> None:
    page = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "flux").rglob("*.py"))
    said = re.sub(r'"\s*\n\s*f?"', "", "\n".join(sources))
    explained = set(re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", page))
    assert explained >= OF_OTHERS
    assert [
        each for each in explained - OF_OTHERS for part in each.split("…") if part.strip() not in said
    ] == []
