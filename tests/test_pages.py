"""The README and the pages of docs/ as CommonMark: nothing is swallowed, and each link leads somewhere.

`nox -s site` builds the same pages strictly.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from docs import generate
from flux import errors
from flux.tasks import ns

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").rglob("*.md"))]
OTHERS = [ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"]

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})\s*(\S*)")


def tokens(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(text)


def inlines(text: str) -> Iterator[Token]:
    for token in tokens(text):
        yield from token.children or ()


def headings(text: str) -> list[str]:
    return [f"{'#' * level} {inline.content}" for level, inline in outline(text)]


def outline(text: str) -> list[tuple[int, Token]]:
    """The level and the content of each heading."""
    return [
        (int(opening.tag.removeprefix("h")), inline)
        for opening, inline in pairwise(tokens(text))
        if opening.type == "heading_open"
    ]


def fence_faults(text: str) -> list[str]:
    """Fences without an end, and those that another one inside has opened: it was meant to be outside."""
    lines, faults = text.splitlines(), []
    for token in tokens(text):
        if token.type != "fence" or token.map is None:
            continue
        first, end = token.map
        last = lines[end - 1].strip()
        if end - 1 == first or set(last) != {token.markup[0]} or len(last) < len(token.markup):
            faults.append(f"line {first + 1}: never closed")
        for number, line in enumerate(lines[first + 1 : end - 1], first + 2):
            opened = _FENCE.match(line)
            if opened and opened[1].startswith(token.markup):
                faults.append(f"line {first + 1}: not closed before line {number}")
    return faults


@cache
def anchors(path: Path) -> frozenset[str]:
    """What GitHub calls the headings of a page."""
    found: set[str] = set()
    for _, inline in outline(path.read_text(encoding="utf-8")):
        plain = "".join(token.content for token in inline.children or ())
        slug = re.sub(r"[^\w\- ]", "", plain.strip().lower()).replace(" ", "-")
        number = 0
        while (unique := f"{slug}-{number}" if number else slug) in found:
            number += 1
        found.add(unique)
    return frozenset(found)


def repeated(path: Path) -> list[str]:
    """The headings whose words an earlier one has."""
    words = [inline.content for _, inline in outline(path.read_text(encoding="utf-8"))]
    return [each for number, each in enumerate(words) if each in words[:number]]


def link_faults(path: Path, text: str) -> list[str]:
    """Links and pictures that lead to no file below the root, or to no heading of it."""
    faults = []
    for token in inlines(text):
        if token.type == "text" and (undefined := re.search(r"\[[^]]+\]\[[^]]*\]", token.content)):
            faults.append(f"{undefined[0]}: no such reference")
        if target := str(token.attrGet("href") or token.attrGet("src") or ""):
            fault = target_fault(path, target)
            faults += [f"{target}: {fault}"] if fault else []
    return faults


def target_fault(path: Path, target: str) -> str:
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return "" if parts.scheme in ("https", "mailto") else "not https"
    file = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not file.is_relative_to(ROOT) or not file.exists():
        return "no such file"
    if parts.fragment and (file.suffix != ".md" or unquote(parts.fragment) not in anchors(file)):
        return "no such heading"
    return ""


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", [*PAGES, *OTHERS], ids=name)
def test_every_fence_is_closed_and_every_link_leads_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert fence_faults(text) == []
    assert link_faults(path, text) == []


@pytest.mark.parametrize("path", [*PAGES, *OTHERS], ids=name)
def test_the_headings_are_an_outline(path: Path) -> None:
    """One title, no level left out, and no two of one name: the site and GitHub call the second otherwise."""
    levels = [level for level, _ in outline(path.read_text(encoding="utf-8"))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert [pair for pair in pairwise(levels) if pair[1] > pair[0] + 1] == []
    assert path.name == "CHANGELOG.md" or repeated(path) == []


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_each_block_of_yaml_and_json_can_be_read(path: Path) -> None:
    for token in tokens(path.read_text(encoding="utf-8")):
        if token.type == "fence" and token.info in ("yaml", "json"):
            list(yaml.safe_load_all(token.content))


def test_each_page_is_in_the_navigation_once() -> None:
    nav = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    listed = [f"docs/{found}" for found in re.findall(r"- (?:.*: )?(\S+\.md)$", nav, re.MULTILINE)]
    assert sorted(listed) == sorted(name(path) for path in PAGES if path != README)


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


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("```sh\nx\n```\n", []),
        ("~~~\n```\n~~~\n", []),
        ("````\n```sh\nx\n```\n````\n", []),
        ("- a\n\n  ```sh\n  x\n  ```\n", []),
        ("```sh\nx\n", ["line 1: never closed"]),
        ("```", ["line 1: never closed"]),
        ("```sh\nx\n~~~\n", ["line 1: never closed"]),
        ("````\nx\n```\n", ["line 1: never closed"]),
        ("- a\n\n  ```sh\n  x\n\n# b\n", ["line 3: never closed"]),
        ("```sh\nx\n# b\n\n```json\n{}\n```\n", ["line 1: not closed before line 5"]),
    ],
)
def test_an_open_fence_is_found(text: str, faults: list[str]) -> None:
    assert fence_faults(text) == faults


@pytest.mark.parametrize(
    ("link", "faults"),
    [
        ("[a](README.md)", []),
        ("[a](#daily-commands)", []),
        ("[a](docs/how-to/flux-cli.md#what-same-means)", []),
        ("[a][b]\n\n[b]: README.md#documentation\n", []),
        ("`[a](nowhere.md)`", []),
        ("<https://example.com/x>", []),
        ("[a](nowhere.md)", ["nowhere.md: no such file"]),
        ("![a](docs/nowhere.svg)", ["docs/nowhere.svg: no such file"]),
        ("| a |\n|---|\n| [b](nowhere.md) |\n", ["nowhere.md: no such file"]),
        ("[a](#nowhere)", ["#nowhere: no such heading"]),
        ("[a](#Documentation)", ["#Documentation: no such heading"]),
        ("[a](LICENSE#x)", ["LICENSE#x: no such heading"]),
        ("[a](../outside.md)", ["../outside.md: no such file"]),
        ("[a][nowhere]", ["[a][nowhere]: no such reference"]),
        ("[a](http://example.com)", ["http://example.com: not https"]),
    ],
)
def test_a_link_that_leads_nowhere_is_found(link: str, faults: list[str]) -> None:
    assert link_faults(README, link) == faults


def test_the_anchors_are_githubs(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A, b & `c_d`!\n\n## Twice\n\n## Twice\n\nÉtat [of](x) it\n---\n", encoding="utf-8")
    assert anchors(page) == {"a-b--c_d", "twice", "twice-1", "état-of-it"}
