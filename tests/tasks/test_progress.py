"""The tasks for rules, freezes and clusters: their words, and what they say of wrong ones."""

import json
from pathlib import Path

import pytest

from tests.commands.invoking import inv, monorepo
from tests.repo import Repo

SETTINGS = {
    "flux": {
        "phases": [
            {"at": {"environments": ["at1"], "auto": "minor"}},
            {"prod": {"environments": ["p1"], "soak": "2h", "windows": ["Mon-Thu 08:00-15:00 Europe/Oslo"]}},
        ],
        "clusters": {"p1": {"names": ["eu"], "reporters": ["flux-reporter[bot]"]}},
        "source": "https://github.com/acme/m",
    }
}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = monorepo(tmp_path / "repo", {"artifacts/eso/x.yaml": "a: 1\n"})
    repo.commit("settings", files={"invoke.yaml": json.dumps(SETTINGS)})
    return repo


def test_the_words_of_each(repo: Repo) -> None:
    rules = inv(repo, "rules", "eso")
    assert rules.code == 0, rules.err
    assert "Mon-Thu 08:00-15:00 Europe/Oslo" in rules.out
    frozen = inv(repo, "freeze", "holidays", "prod", "--until", "2d")
    assert frozen.code == 0, frozen.err
    assert "Freeze prod: holidays" in frozen.out
    assert inv(repo, "cluster.manifests", "p1").out.count("kind: Alert") == 1


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("ack",), "there is no status to read"),
        (("ack", "--event", "nowhere.json"), "the event of this run could not be read"),
        (("freeze", "x", "live"), "there is no phase 'live'"),
        (("freeze", "prod"), "prod is a phase, and the reason comes first"),
        (("freeze", "x", "--phase"), "--phase needs a value"),
        (("log", "eso", "--environment"), "--environment needs a value"),
        (("rules", ""), "ARTIFACT is empty"),
        (("unfreeze",), "no phase is frozen"),
        (("rules", "nowhere"), "there is no artifact 'nowhere'"),
        (("cluster.manifests", "at"), "names no cluster of at1"),
        (("status", "--behind", "soon"), "'soon' is not a duration"),
    ],
)
def test_what_is_refused(repo: Repo, words: tuple[str, ...], fault: str) -> None:
    done = inv(repo, *words)
    assert (done.code, done.out) == (2, ""), done
    assert fault in done.err
