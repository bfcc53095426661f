"""What may not be in an artifact, and what git makes of the same files in a real checkout."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from flux.artifact.content import ATTRIBUTES, content_fault, kind_fault
from flux.artifact.tree import EXECUTABLE, REGULAR, SUBMODULE, SYMLINK, File
from flux.errors import ContentError
from tests.repo import Repo

_POINTER = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\n"
    b"size 12345\n"
)


def told(error: ContentError | None) -> tuple[str, str, int]:
    assert error is not None
    return error.message, error.hint, error.exit_code


def test_a_symlink() -> None:
    assert told(kind_fault(File("base/link", SYMLINK, ""))) == (
        "base/link is a symlink, which Flux leaves out of the image",
        "put the file itself there, or list the link under the setting `ignore`",
        1,
    )


def test_a_submodule() -> None:
    assert told(kind_fault(File("vendor", SUBMODULE, ""))) == (
        "vendor is a submodule, whose files are not in this repository",
        "copy the files in, or list the folder under the setting `ignore`",
        1,
    )


@pytest.mark.parametrize("mode", [REGULAR, EXECUTABLE])
def test_files_of_both_modes(mode: int) -> None:
    assert kind_fault(File("run.sh", mode, "")) is None


def fault(content: bytes, attributes: Mapping[str, str]) -> ContentError | None:
    return content_fault(File("base/a.yaml", REGULAR, "0" * 40), content, attributes)


@pytest.mark.parametrize(
    "content",
    [
        _POINTER,
        b"version https://git-lfs.github.com/spec/v2\n",
        _POINTER.replace(b"git-lfs", b"hawser"),
        b"version http://git-media.io/v/2\noid sha256:1\nsize 1\n",
        _POINTER.replace(b"oid", b"ext-0-foo sha256:1\noid"),
    ],
)
def test_an_lfs_pointer(content: bytes) -> None:
    assert told(fault(content, {})) == (
        "base/a.yaml is a Git LFS pointer, not the file it stands for",
        "commit the file itself (`git lfs untrack`), or list it under the setting `ignore`",
        1,
    )


@pytest.mark.parametrize(
    "content",
    [
        b"# " + _POINTER,
        # git-lfs(1), "The Pointer": shorter than 1024 bytes.
        _POINTER.ljust(1024, b"\n"),
        b"version https://example.com/spec/v1\n",
    ],
)
def test_no_lfs_pointer(content: bytes) -> None:
    assert fault(content, {}) is None


@pytest.mark.parametrize(
    ("attributes", "content", "expected"),
    [
        ({"filter": "lfs"}, b"", "attribute filter=lfs"),
        ({"filter": "secret"}, b"a\n", "attribute filter=secret"),
        (
            {"working-tree-encoding": "UTF-16LE-BOM"},
            b"a\n",
            "attribute working-tree-encoding=UTF-16LE-BOM",
        ),
        ({"ident": "set"}, b"# $Id$\n", "attribute ident, and the file holds $Id$"),
        ({"ident": "set"}, b"# $Id: 0123 $\n", "attribute ident, and the file holds $Id$"),
        ({"eol": "crlf"}, b"a\n", "attribute eol=crlf, and the file has lines that end in LF"),
        ({"eol": "crlf"}, b"a\r\nb\n", "attribute eol=crlf, and the file has lines that end in LF"),
        # Without `text=auto` nobody asks whether it is binary.
        ({"eol": "crlf"}, b"\0\n", "attribute eol=crlf, and the file has lines that end in LF"),
        (
            {"eol": "crlf", "text": "set"},
            b"\0\n",
            "attribute eol=crlf, and the file has lines that end in LF",
        ),
        (
            {"eol": "crlf", "text": "auto"},
            b"a\n",
            "attribute eol=crlf, and the file has lines that end in LF",
        ),
    ],
)
def test_what_a_checkout_changes(attributes: dict[str, str], content: bytes, expected: str) -> None:
    assert told(fault(content, attributes)) == (
        f"base/a.yaml changes when it is checked out: {expected}",
        "remove the attribute from .gitattributes, or list the file under the setting `ignore`",
        1,
    )


@pytest.mark.parametrize(
    ("attributes", "content"),
    [
        ({}, b"a\n$Id$\n"),
        (dict.fromkeys(ATTRIBUTES, "unspecified"), b"a\n$Id$\n"),
        (dict.fromkeys(ATTRIBUTES, "unset"), b"a\n$Id$\n"),
        ({"ident": "set"}, b"# Id\n"),
        ({"eol": "lf", "text": "set"}, b"a\n"),
        ({"eol": "crlf"}, b"a\r\n"),
        ({"eol": "crlf"}, b"no line ends here"),
        ({"eol": "crlf", "text": "unset"}, b"a\n"),
        ({"eol": "crlf", "text": "auto"}, b"\0\n"),
        # Git leaves mixed line ends alone where it had to guess.
        ({"eol": "crlf", "text": "auto"}, b"a\r\nb\n"),
    ],
)
def test_what_a_checkout_leaves_alone(attributes: dict[str, str], content: bytes) -> None:
    assert fault(content, attributes) is None


_RULES = (
    "",
    "text",
    "-text",
    "text=auto",
    "eol=lf",
    "eol=crlf",
    "text eol=crlf",
    "text eol=lf",
    "text=auto eol=crlf",
    "text=auto eol=lf",
    "-text eol=crlf",
    "binary eol=crlf",
    "crlf eol=crlf",
    "-crlf eol=crlf",
    "-crlf text eol=crlf",
    "crlf=auto eol=crlf",
    "ident",
    "-ident",
    "ident eol=crlf",
    "filter=shout",
    "-filter",
    "working-tree-encoding=UTF-16",
    "working-tree-encoding=UTF-8",
    "-working-tree-encoding",
)
_CHANGING = frozenset(
    {
        "eol=crlf",
        "text eol=crlf",
        "text=auto eol=crlf",
        "crlf eol=crlf",
        "-crlf text eol=crlf",
        "crlf=auto eol=crlf",
        "ident",
        "ident eol=crlf",
        "filter=shout",
        "working-tree-encoding=UTF-16",
    }
)
_CONTENTS = (
    b"",
    b"a",
    b"a\n",
    b"a b\n",
    b"a\r\n",
    b"a\r",
    b"a\r\nb\n",
    b"a\rb\n",
    b"\0a\n",
    b"\x01\x02\x03\x04a\n",
    b"\b\t\f\x1b\x1a\n",
    b"a\n\x1a",
    b"\x7f\n",
    b"a" * 255 + b"\x01\x02\n",
    b"a" * 256 + b"\x01\x02\n",
    "é\n".encode(),
    b"$Id$\n",
    b"$Id$",
    b"$Id: 0123 $\r\n",
    b"$Id\n",
)


def test_what_real_checkouts_do(tmp_path: Path) -> None:
    """For each rule and content: it is refused if git makes something else of it, and almost only then."""
    repo = Repo(tmp_path)
    repo.git("config", "filter.shout.smudge", "tr a-z A-Z")
    cases = {
        f"{r}/{c}": (rule, content) for r, rule in enumerate(_RULES) for c, content in enumerate(_CONTENTS)
    }
    repo.write(".gitattributes", "".join(f"/{r}/* {rule}\n" for r, rule in enumerate(_RULES) if rule))
    repo.git("add", ".gitattributes")
    blobs = [_git(tmp_path, "hash-object", "-w", "--no-filters", "--stdin", stdin=c) for c in _CONTENTS]
    index = [f"100644 {blob}\t{r}/{c}\n" for c, blob in enumerate(blobs) for r in range(len(_RULES))]
    _git(tmp_path, "update-index", "--index-info", stdin="".join(index).encode())
    repo.git("checkout-index", "--all", "--force")
    attributes = _attributes(repo, list(cases))

    changed = {path for path, (_, content) in cases.items() if (tmp_path / path).read_bytes() != content}
    refused = {path for path, (_, content) in cases.items() if fault(content, attributes[path])}
    assert {cases[path][0] for path in changed} == _CHANGING
    assert changed - refused == set()
    # Two attributes are refused as such. To git a file with so many control characters is binary.
    refused_all_the_same = {cases[path] for path in refused - changed}
    assert {
        (rule, content)
        for rule, content in refused_all_the_same
        if not rule.startswith(("filter=", "working-tree-encoding="))
    } <= {("text=auto eol=crlf", b"\x01\x02\x03\x04a\n")}


def _git(folder: Path, *arguments: str, stdin: bytes) -> str:
    answer = subprocess.run(["git", *arguments], input=stdin, cwd=folder, stdout=subprocess.PIPE, check=True)
    return answer.stdout.decode().strip()


def _attributes(repo: Repo, paths: list[str]) -> dict[str, dict[str, str]]:
    given: dict[str, dict[str, str]] = {path: {} for path in paths}
    answer = repo.git("check-attr", "-z", *ATTRIBUTES, "--", *paths).split("\0")[:-1]
    for path, name, value in zip(answer[::3], answer[1::3], answer[2::3], strict=True):
        given[path][name] = value
    return given
