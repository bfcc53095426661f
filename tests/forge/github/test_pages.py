"""Lists that GitHub sends page by page: all of them, or an error."""

import pytest

from flux.forge.github.pages import is_cut
from tests.forge.github.replies import THERE, failure, forge_at, reply
from tests.registry.scripted import scripted
from tests.servers import Answer

BASE, HEAD = "a" * 40, "b" * 40
UNSIGNED = {
    "sha": HEAD,
    "author": None,
    "committer": None,
    "commit": {"verification": {"verified": False}},
}
OTHER = {"context": "x", "creator": {"login": "mallory"}}
MADE = {"context": "flux-artifacts/made", "creator": {"login": "bob"}}


def test_a_status_counts_on_whatever_page_it_is() -> None:
    compared = reply({"commits": [UNSIGNED]})
    with scripted(THERE, compared, reply([OTHER] * 100), reply([OTHER, MADE])) as script:
        assert forge_at(script).makers(BASE, HEAD) == {HEAD: {"bob"}}
    assert "page=2" in script.asked[-1]


def test_a_commit_counts_on_whatever_page_it_is() -> None:
    commits = [{**UNSIGNED, "sha": f"{at:040x}"} for at in range(101)]
    pages = [reply({"commits": commits[:100]}), reply({"commits": commits[100:]})]
    with scripted(THERE, *pages, reply([MADE])) as script:
        found = forge_at(script).makers(BASE, HEAD)
        assert len(found) == 101
        assert found[f"{100:040x}"] == {"bob"}  # of the others nothing is asked


COMPARED = reply({"commits": [UNSIGNED]})


@pytest.mark.parametrize(
    ("answers", "what"),
    [
        ([COMPARED] * 30, "commits from aaaaaaaaaaaa to bbbbbbbbbbbb"),
        ([COMPARED, reply({"commits": []}), *[reply([OTHER])] * 10], "statuses of commit bbbbbbbbbbbb"),
    ],
)
def test_more_than_can_be_read_is_an_error(
    monkeypatch: pytest.MonkeyPatch, answers: list[Answer], what: str
) -> None:
    """What somebody took back could be among the last ones."""
    monkeypatch.setattr("flux.forge.github.pages._PAGE", 1)
    message, _ = failure(lambda forge: dict(forge.makers(BASE, HEAD)), THERE, *answers)
    assert message == f"there are more {what} than can be read"


@pytest.mark.parametrize(("there", "cut"), [(199, False), (200, True)])
def test_a_list_is_cut_where_its_last_page_is_full(there: int, cut: bool) -> None:
    assert is_cut([0] * there, 2) is cut
