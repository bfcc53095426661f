"""The commands around promotions as `inv` runs them: what they print, and what a dry run leaves alone."""

import re
from pathlib import Path

import pytest

from tests.commands.invoking import in_actions, inv
from tests.commands.promoting import World, boxes
from tests.commands.releasing import tree

TAG = "flux-oci-eso-v1.1.0"


def test_the_story_by_hand_on_local_files(local: World) -> None:
    """One ticks by editing the file and merges with git."""
    opened = inv(local.repo, "issue", TAG, "--json").document["issue"]
    assert (opened["number"], opened["action"]) == (1, "opened")
    path = local.repo.path / ".forge/issues/1.md"
    path.write_text(path.read_text().replace("- [ ] **prod**", "- [x] **prod**"))
    pull = inv(local.repo, "issue.apply", "1", "--json").document["pull_request"]
    assert pull["branch"] == "promote/eso-1.1.0"
    assert pull["changes"] == [
        {"environment": environment, "from": "1.0.0", "to": "1.1.0", "direction": "up"}
        for environment in ("prod_ring1", "prod_ring2")
    ]
    assert (local.repo.path / f".forge/pulls/{pull['number']}.md").exists()
    local.repo.merge(pull["branch"])
    assert inv(local.repo, "build").code == 0
    moved = inv(local.repo, "tag", "--json").document["tags"]
    assert {tag["environment"] for tag in moved if tag["action"] == "moved"} == {"prod_ring1", "prod_ring2"}
    (synced,) = inv(local.repo, "issue.sync", "--json").document["promotions"]
    assert (synced["issue"]["number"], synced["closed"]) == (1, False)
    assert inv(local.repo, "reconcile", "--json").result == {"repaired": []}


COMMANDS = pytest.mark.parametrize(
    "command",
    [
        ("issue", TAG),
        ("issue.apply", "1"),
        ("issue.sync",),
        ("promote", "eso", "prod"),
        ("rollback", "eso", "prod_ring1"),
        ("reconcile",),
    ],
)


@COMMANDS
def test_a_dry_run_says_what_it_would_do_and_writes_nothing(local: World, command: tuple[str, ...]) -> None:
    local.desire(prod_ring1="1.1.0")
    if command != ("issue", TAG):
        local.open(TAG)
        local.tick("tt")
    before = tree(local.repo.path)
    done = inv(local.repo, *command, "--dry-run")
    assert done.code == 0, done.said
    assert "would " in done.said
    after = tree(local.repo.path)
    assert {path for path in after if after[path] != before.get(path)} <= {
        path for path in after if path.startswith(".git/objects/")
    }
    assert before.keys() <= after.keys()


@COMMANDS
def test_settings_that_changed_since_the_checkout_are_not_written_by(
    local: World, command: tuple[str, ...]
) -> None:
    local.desire(prod_ring1="1.1.0")
    if command != ("issue", TAG):
        local.open(TAG)
        local.tick("tt")
    change = "flux: {registry: .registry, phases: [at_ring2, prod_ring1]}\n"
    local.repo.commit("settings", files={"invoke.yaml": change})
    local.repo.checkout("HEAD^")
    before = tree(local.repo.path)
    refused = inv(local.repo, *command)
    if command == ("issue", TAG):  # as on a maintenance branch: by the settings of the tip
        assert refused.code == 0, refused.said
        boxes = (local.repo.path / ".forge/issues/1.md").read_text()
        assert ("at_ring2" in boxes, "at_ring1" in boxes) == (True, False)
        return
    assert refused.code == 1, refused.said
    first, second = refused.err.splitlines()
    assert first.startswith("error: the settings have changed on main since ")
    assert second == "hint: check out the newest commit of main: `git switch main`, then `git pull`"
    assert tree(local.repo.path) == before


def test_in_a_terminal_without_json_people_read_what_was_done(local: World) -> None:
    assert inv(local.repo, "issue", TAG).out == f"{TAG}: opened issue 1, .forge/issues/1.md\n"
    assert "found issue 1" in inv(local.repo, "issue", TAG).out
    said = inv(local.repo, "promote", "eso", "at").out
    assert "eso 1.1.0: opened pull request 2, .forge/pulls/2.md\n" in said
    assert re.search(r"(?m)^at_ring2 +none +1\.1\.0 +new *$", said)
    assert "unchanged pull request 2" in inv(local.repo, "promote", "eso", "at").out
    said = inv(local.repo, "issue.sync").out
    assert re.search(
        r"(?m)^eso 1\.1\.0 +0 of 5 +\.forge/issues/1\.md +\.forge/pulls/2\.md +as it should be *$", said
    )


def test_what_is_no_release_tag(local: World, tmp_path: Path) -> None:
    refused = inv(local.repo, "issue", "v1.0.0")
    assert refused.code == 2
    assert refused.err.splitlines() == [
        "error: 'v1.0.0' is not a release tag",
        "hint: release tags have the form flux-oci-{artifact}-v{version}",
    ]
    event = in_actions(tmp_path / "job", "release", {"release": {"tag_name": "v1.0.0"}})
    env = {**event.env, "INVOKE_FLUX_FORGE": "local"}
    ignored = inv(local.repo, "issue", "v1.0.0", env=env)
    assert ignored.code == 0
    assert "not a release tag" in ignored.out


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("issue.apply", "7"), "there is no issue 7"),
        (("issue.apply", "one"), "'one' is not the number of an issue"),
        (("promote", "esso", "prod"), "there is no artifact 'esso'"),
        (("promote", "eso", "production"), "production"),
        (("promote", "eso", "prod", "--version", "1"), "'1' is not a semantic version"),
        (("promote", "eso", "prod", "--version", "9.0.0"), "eso 9.0.0 is not published"),
        (("rollback", "eso", "tt"), "eso had no lower version in tt before"),
    ],
)
def test_a_wrong_request_is_two_lines_and_writes_nothing(
    local: World, arguments: tuple[str, ...], error: str
) -> None:
    before = tree(local.repo.path)
    refused = inv(local.repo, *arguments)
    assert refused.code == 2, refused.said
    first, second = refused.err.splitlines()
    assert first.startswith("error: ")
    assert error in first
    assert second.startswith("hint: ")
    assert tree(local.repo.path) == before


def test_the_event_of_an_edit_is_applied_in_a_job(hub: World, tmp_path: Path) -> None:
    assert hub.github
    hub.open(TAG)
    hub.tick("prod_ring1")
    event = next(event for event in reversed(hub.github.events) if event.name == "issues")
    job = in_actions(tmp_path / "job", "issues", event.payload)
    hub.forge()
    env = {**job.env, **hub.github.environment(hub.token)}
    done = inv(hub.repo, "issue.apply", "1", env=env)
    assert done.code == 0, done.said
    assert hub.pull().url in job.summary.read_text()
    assert boxes(hub.issue().body)["prod_ring1"]
