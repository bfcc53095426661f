"""What changed is the same whatever the user's git is told, and wherever the clone is."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flux.event import Event
from flux.git.clone import Clone
from tests.commands.invoking import (
    changed,
    environment,
    in_actions,
    inv,
    monorepo,
    push,
    push_payload,
)
from tests.monorepo.changing import FILES, edit, says
from tests.monorepo.changing import origin as origin
from tests.monorepo.changing import repo as repo
from tests.repo import Repo

# Whatever the user's git is told

HOSTILE_CONFIG = [
    "[diff]\nnoprefix = true\nmnemonicPrefix = true",
    "[diff]\nrenames = copies\nrenameLimit = 1000",
    "[status]\nrenames = copies",
    "[diff]\nexternal = false",
    "[diff]\norderFile = ORDER",
    "[diff]\nrelative = true",
    "[diff]\nignoreSubmodules = all",
    "[diff]\nsubmodule = log\ncolorMoved = true\nwsErrorHighlight = all",
    "[diff]\nalgorithm = histogram\ncontext = 0\ninterHunkContext = 9\nstatGraphWidth = 1",
    "[log]\nfollow = true",
    "[log]\nshowSignature = true",
    "[log]\nshowRoot = true\ndiffMerges = separate\ndecorate = full\nabbrevCommit = true\ndate = relative",
    "[log]\ndiffMerges = off\nmailmap = true",
    "[format]\npretty = fuller",
    "[color]\nui = always\ndiff = always\nstatus = always",
    "[core]\nquotePath = false",
    "[core]\nquotePath = true\nabbrev = 4",
    "[core]\nignoreCase = true",
    "[core]\npager = false\n[pager]\nlog = true\ndiff = true\nstatus = true",
    "[status]\nshowUntrackedFiles = no\nrelativePaths = true\nshort = true\nbranch = true\nshowStash = true",
    "[fetch]\nprune = true\npruneTags = true\nrecurseSubmodules = true\noutput = compact\nparallel = 4",
    "[push]\ndefault = nothing\n[pull]\nrebase = true\n[rebase]\nautoStash = true",
    "[alias]\ndiff = status\nlog = status\nls-tree = status\nstatus = log",
    "[protocol]\nversion = 2\n[gc]\nauto = 1\n[maintenance]\nauto = true",
    "[core]\nautocrlf = true\neol = crlf\nsafecrlf = true",
    "[core]\nattributesFile = ATTRIBUTES\nexcludesFile = EXCLUDES",
    "[core]\nfsmonitor = false\nuntrackedCache = true\nsplitIndex = true\n[index]\nversion = 4",
    "[core]\ncommitGraph = true\n[advice]\ndetachedHead = false\n[i18n]\nlogOutputEncoding = UTF-16",
    "[submodule]\nrecurse = true\n[blame]\nignoreRevsFile = x\n[notes]\ndisplayRef = *",
    "[extensions]\npreciousObjects = true\n[receive]\ndenyNonFastForwards = true",
]


def story(repo: Repo) -> tuple[str, str]:
    """A little of everything that settings of git could blur."""
    similar = "a long and similar content\n" * 20
    repo.commit(files={"artifacts/app/shared.yaml": similar, "artifacts/web/naïve.yaml": "1"})
    before = repo.head
    repo.checkout("side", create=True)
    repo.move("artifacts/app/shared.yaml", "artifacts/db/shared.yaml")
    repo.commit()
    repo.checkout("main")
    repo.write("artifacts/web/naïve.yaml", "1", executable=True)
    repo.commit(files={"artifacts/web/base.yaml": "2"})
    repo.merge("side")
    sub = f"160000,{before},artifacts/extra/sub"
    repo.git("update-index", "--add", "--cacheinfo", sub)
    repo.git("commit", "--quiet", "-m", "submodule")
    repo.push()
    return before, repo.head


STORY = {
    "app": ["artifacts/app/shared.yaml"],
    "db": ["artifacts/db/shared.yaml"],
    "extra": ["artifacts/extra/sub"],
    "web": ["artifacts/web/base.yaml", "artifacts/web/naïve.yaml"],
}


def lines(repo: Repo) -> dict[str, list[tuple[str, list[str]]]]:
    """The first-parent line as each artifact's is walked, and what its commits changed."""
    with Clone(repo.path) as repository:
        return {
            name: [
                (commit.revision.commit, [change.path for change in commit.changes or []])
                for commit in repository.line(repo.head, "artifacts/", [name])
            ]
            for name in STORY
        }


Told = tuple[Path, Event, dict[str, list[tuple[str, list[str]]]]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A clone in which the story was played, to be copied: the push of it, and what its line changed."""
    repo = monorepo(tmp_path_factory.mktemp("told") / "repo", FILES)
    repo.bare_origin()
    return repo.path, push(*story(repo)), lines(repo)


@pytest.mark.parametrize("config", [*HOSTILE_CONFIG, "LOCAL"])
def test_no_setting_of_git_matters(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: str
) -> None:
    template, event, expected = told
    shutil.copytree(template, tmp_path / "repo", symlinks=True)
    repo = Repo(tmp_path / "repo")
    everywhere = config != "LOCAL"
    if not everywhere:
        config = "\n".join(HOSTILE_CONFIG)
    for name, text in {"ORDER": "*b*\n", "ATTRIBUTES": "* -diff\n", "EXCLUDES": "*\n"}.items():
        (tmp_path / name).write_text(text)
        config = config.replace(name, str(tmp_path / name))
    if everywhere:
        base = Path(os.environ["GIT_CONFIG_GLOBAL"]).read_text()
        (tmp_path / "gitconfig").write_text(f"{base}\n{config}\n")
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    else:
        with (repo.path / ".git/config").open("a") as file:
            file.write(f"\n{config}\n")
    found = changed(repo, event)
    assert found.reasons == STORY
    assert found.notices == []
    assert lines(repo) == expected
    repo.write("artifacts/app/uncommitted.yaml", "x")
    in_terminal = changed(repo.path / "artifacts/db")
    assert in_terminal.reasons == {}
    if "EXCLUDES" not in config:
        assert in_terminal.uncommitted["app"] == ["artifacts/app/uncommitted.yaml"]


HOSTILE_ENVIRONMENT = [
    {"GIT_DIR": "OTHER/.git", "GIT_WORK_TREE": "OTHER"},
    {"GIT_DIR": "OTHER/.git", "GIT_INDEX_FILE": "OTHER/.git/index", "GIT_PREFIX": "artifacts/"},
    {"GIT_INDEX_FILE": "/nonexistent/index"},
    {"GIT_OBJECT_DIRECTORY": "OTHER/.git/objects"},
    {"GIT_ALTERNATE_OBJECT_DIRECTORIES": "/nonexistent"},
    {"GIT_COMMON_DIR": "OTHER/.git"},
    {"GIT_NAMESPACE": "x"},
    {"GIT_EXTERNAL_DIFF": "false"},
    {"GIT_DIFF_OPTS": "--unified=0"},
    {"GIT_LITERAL_PATHSPECS": "0", "GIT_GLOB_PATHSPECS": "1"},
    {"GIT_NOGLOB_PATHSPECS": "1"},
    {"GIT_ICASE_PATHSPECS": "1"},
    {"GIT_SHALLOW_FILE": "SHALLOW"},
    {"GIT_GRAFT_FILE": "SHALLOW"},
    {"GIT_REPLACE_REF_BASE": "refs/heads/"},
    {"GIT_CONFIG_PARAMETERS": "'diff.renames'='copies' 'core.quotepath'='false'"},
    {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "diff.renames", "GIT_CONFIG_VALUE_0": "copies"},
    {"GIT_PAGER": "false", "PAGER": "false", "GIT_EDITOR": "false", "LESS": "-F"},
    {"GIT_TRACE": "1", "GIT_TRACE2": "1", "GIT_TRACE_SETUP": "1"},
    {"GIT_CEILING_DIRECTORIES": "/"},
    {"GIT_DEFAULT_HASH": "sha256"},
    {"GIT_FLUSH": "0", "GIT_MERGE_VERBOSITY": "5", "GIT_REDIRECT_STDERR": "off"},
    {"LC_ALL": "C", "LANG": "de_DE.UTF-8", "LANGUAGE": "de", "TZ": "Asia/Kathmandu"},
    {"COLUMNS": "10", "TERM": "dumb", "FORCE_COLOR": "1", "TTY_COMPATIBLE": "1"},
]


def test_no_variable_of_git_matters(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", FILES)
    repo.bare_origin()
    before, after = story(repo)
    other = Repo(tmp_path / "other")
    other.commit(files={"artifacts/other/base.yaml": "x"})
    (tmp_path / "shallow").write_text(f"{after}\n")

    def real(value: str) -> str:
        return value.replace("OTHER", str(other.path)).replace("SHALLOW", str(tmp_path / "shallow"))

    everything: dict[str, str] = {}
    for variables in HOSTILE_ENVIRONMENT:
        variables = {name: real(value) for name, value in variables.items()}
        everything |= variables
        with environment(**variables):
            assert changed(repo, push(before, after)).reasons == STORY, variables
    job = in_actions(tmp_path / "job", "push", push_payload(before, after))
    ran = inv(repo, "changed", "--json", env={**job.env, **everything})
    assert ran.code == 0, ran.said
    assert (ran.document["artifacts"], ran.document["reasons"]) == (sorted(STORY), STORY)
    assert job.outputs["artifacts"] == sorted(STORY)


def test_in_a_hook(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", FILES)
    hook = repo.path / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m invoke changed --json >'{tmp_path}/said'\n")
    hook.chmod(0o755)
    repo.write("artifacts/app/base.yaml", "staged")
    repo.git("commit", "--quiet", "-a", "-m", "through a hook")
    assert json.loads((tmp_path / "said").read_text())["artifacts"] == []
    assert repo.git("status", "--porcelain") == ""


def grafted(repo: Repo) -> None:
    """A graft that hides the commit before the last."""
    grafts = repo.path / ".git/info/grafts"
    grafts.parent.mkdir(exist_ok=True)
    first = repo.git("rev-list", "--max-parents=0", "HEAD")
    grafts.write_text(f"{repo.head} {first}\n")


def replaced(repo: Repo) -> None:
    """A replacement whose only parent is the first commit, and which lacks an artifact."""
    first = repo.git("rev-list", "--max-parents=0", "HEAD")
    tree = repo.git("rev-parse", f"{first}^{{tree}}")
    repo.git("replace", repo.head, repo.git("commit-tree", tree, "-p", first, "-m", "replaced"))


@pytest.mark.parametrize("lie", [grafted, replaced])
@pytest.mark.filterwarnings("default")
def test_grafts_and_replacements_of_this_clone_do_not_matter(repo: Repo, lie: Callable[[Repo], None]) -> None:
    repo.checkout("feature", create=True)
    edit(repo, "app")
    repo.checkout("main")
    edit(repo, "db")
    repo.push()
    repo.checkout("feature")
    repo.merge("main")
    edit(repo, "web")
    assert says(changed(repo)) == ({"app", "web"}, set())
    lie(repo)
    assert says(changed(repo)) == ({"app", "web"}, set())


@pytest.mark.parametrize("place", ["artifacts", "artifacts/app", "deep/er"])
def test_from_a_folder_below(repo: Repo, place: str) -> None:
    before = repo.head
    repo.commit(files={"deep/er/x": "x"})
    after = edit(repo, "app")
    repo.write("artifacts/db/new.yaml", "x")
    assert changed(repo.path / place, push(before, after)).reasons == {"app": ["artifacts/app/base.yaml"]}
    assert changed(repo.path / place).uncommitted == {"db": ["artifacts/db/new.yaml"]}


@pytest.mark.parametrize("flags", [(), ("--depth=1",)])
def test_in_a_linked_worktree(repo: Repo, origin: Repo, tmp_path: Path, flags: tuple[str, ...]) -> None:
    before = repo.head
    edit(repo, "app")
    after = edit(repo, "db")
    repo.push()
    clone = origin.clone(tmp_path / "clone", *flags)
    clone.git("worktree", "add", "--quiet", str(tmp_path / "linked"))
    (tmp_path / "linked/artifacts/web/new.yaml").write_text("x")
    for place in ("linked", "linked/artifacts/app"):
        assert says(changed(tmp_path / place, push(before, after))) == ({"app", "db"}, set())
        assert changed(tmp_path / place).uncommitted == {"web": ["artifacts/web/new.yaml"]}


def test_in_a_clone_that_borrows_its_objects(repo: Repo, origin: Repo, tmp_path: Path) -> None:
    before = repo.head
    after = edit(repo, "app")
    repo.push()
    clone = origin.clone(tmp_path / "clone", "--shared", "--reference", str(repo.path))
    assert says(changed(clone, push(before, after))) == ({"app"}, set())


def test_in_a_sparse_checkout(repo: Repo) -> None:
    before = repo.head
    after = edit(repo, "app")
    repo.git("sparse-checkout", "set", "artifacts/db")
    assert not (repo.path / "artifacts/app").exists()
    assert says(changed(repo, push(before, after))) == ({"app"}, set())
    assert changed(repo).uncommitted == {}


@pytest.mark.parametrize("name", ["with space", "new\nline", "\N{LINE SEPARATOR}", "é", "-x", "a:b"])
def test_a_repository_at_any_path(tmp_path: Path, name: str) -> None:
    repo = Repo(tmp_path / name)
    before = repo.commit(files=FILES)
    after = edit(repo, "app")
    repo.write("artifacts/db/new.yaml", "x")
    assert says(changed(repo, push(before, after))) == ({"app"}, set())
    assert changed(repo.path / "artifacts").uncommitted == {"db": ["artifacts/db/new.yaml"]}


def test_only_what_is_needed_is_fetched_and_nothing_of_the_users_is_lost(repo: Repo, tmp_path: Path) -> None:
    """The user has tags and branches that origin lacks, and settings that prune."""
    repo.git("config", "fetch.prune", "true")
    repo.git("config", "fetch.pruneTags", "true")
    repo.tag("mine")
    repo.branch("mine")
    repo.git("update-ref", "refs/remotes/origin/old", "HEAD")
    origin = Repo(repo.path.with_name("repo.git"), bare=True)
    other = origin.clone(tmp_path / "other")
    edit(other, "db")
    other.push()
    before = repo.git("for-each-ref")
    edit(repo, "app")
    assert says(changed(repo)) == ({"app"}, set())
    refs = dict(line.split("\t")[::-1] for line in repo.git("for-each-ref").splitlines())
    for line in before.splitlines():
        object_, ref = line.split("\t")
        if ref not in ("refs/heads/main", "refs/remotes/origin/main"):
            assert refs[ref] == object_
    assert not (repo.path / ".git/FETCH_HEAD").exists() or "db" not in repo.git("status", "--porcelain")
