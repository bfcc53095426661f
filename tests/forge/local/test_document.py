"""What editors do to a file."""

from pathlib import Path

import pytest
import yaml

from flux.errors import ForgeError
from flux.forge.local import document
from tests.forge.conftest import Place
from tests.forge.local.written import ISSUE


@pytest.mark.parametrize(
    "edited",
    [
        ISSUE.replace("\n", "\r\n"),
        "\ufeff" + ISSUE,
        ISSUE.rstrip("\n"),
        ISSUE.replace("---\n\n", "---\n"),
        ISSUE.replace("---\n", "---  \n"),
        ISSUE.replace("Promote eso", "'Promote eso'").replace("- flux-release", "  - flux-release  # ours"),
    ],
    ids=["crlf", "bom", "no last newline", "no blank line", "blanks", "yaml"],
)
def test_what_editors_do_to_a_file_is_understood(local: Place, issue: Path, edited: str) -> None:
    before = local.forge.issue(1)
    issue.write_text(edited, newline="")
    after = local.forge.issue(1)
    assert before is not None
    assert after is not None
    assert (after.title, after.body, after.labels) == (before.title, before.body, before.labels)


def test_fields_of_ones_own_are_kept(local: Place, issue: Path) -> None:
    issue.write_text(ISSUE.replace("labels:", "due: 2026-12-01\nlabels:").replace("open", "closed"))
    found = local.forge.issue(1)
    assert found is not None
    assert not found.open
    local.forge.edit_issue(1, body="New", open=True)
    text = issue.read_text()
    assert "due: 2026-12-01\n" in text
    assert "state: open\n" in text
    assert text.endswith("---\n\nNew\n")


BROKEN = {
    "": "the first line is not `---`",
    "Hello\n": "the first line is not `---`",
    "---\ntitle: x\n": "there is no second line `---`",
    "---\n---\n": "there are no fields between the two lines `---`",
    "---\n- a\n---\n": "there are no fields between the two lines `---`",
    "---\ntitle: a: b\n---\n": "line 2: mapping values are not allowed",
    ISSUE.replace("title: Promote eso\n", ""): "`title` is missing",
    ISSUE.replace("Promote eso", "1.0"): "`title` is 1.0, which is not a text without quotes",
    ISSUE.replace("open", "opne"): "`state` is 'opne'; allowed is open or closed",
    ISSUE.replace("open", "merged"): "`state` is 'merged'; allowed is open or closed",
    ISSUE.replace(
        "- flux-release", "  flux-release: 1"
    ): "`labels` is {'flux-release': 1}, which is not a list of texts",
}


@pytest.mark.parametrize(("content", "fault"), BROKEN.items())
def test_a_file_that_was_broken_is_named(local: Place, issue: Path, content: str, fault: str) -> None:
    issue.write_text(content)
    with pytest.raises(ForgeError) as raised:
        local.forge.issues("flux-release")
    assert raised.value.message.startswith(f"{issue} cannot be read: {fault}")
    assert raised.value.hint == "correct the lines between the two `---` at its top"


def test_a_file_that_is_no_text_is_named(local: Place, issue: Path) -> None:
    issue.write_bytes(b"---\n\xff\n---\n")
    with pytest.raises(ForgeError, match=r"1\.md cannot be read: not UTF-8"):
        local.forge.issue(1)


def test_an_edit_leaves_a_broken_file_alone(local: Place, issue: Path) -> None:
    issue.write_text("broken")
    with pytest.raises(ForgeError, match=r"1\.md"):
        local.forge.edit_issue(1, body="New")
    assert issue.read_text() == "broken"


@pytest.mark.parametrize("loader", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)])
@pytest.mark.parametrize("deep", [2000, 100_000])
def test_a_file_that_is_nested_too_deep_is_broken(
    monkeypatch: pytest.MonkeyPatch, loader: type[yaml.SafeLoader], deep: int
) -> None:
    monkeypatch.setattr(document, "_LOADER", loader)
    with pytest.raises(document.BrokenDocumentError):
        document.parse_document(b"---\na: " + b"[" * deep + b"]" * deep + b"\n---\n")
