"""`inv doctor` on machines that lack something, and on clones, registries and forges that are otherwise."""

import json
import os
import re
import shlex
import shutil
import stat
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from flux.commands.doctor import Diagnosis, Health, Line, examine
from flux.errors import ForgeError
from tests import parts
from tests.commands.helpers import (
    actions_checkout,
    break_origin,
    commands,
    in_actions,
    inv,
    monorepo,
    one_table,
)
from tests.commands.releasing import tree
from tests.conftest import need
from tests.github.fixtures import RunGitHub
from tests.github.server import GitHub
from tests.registry.scripted import scripted
from tests.repo import Repo
from tests.servers import Answer

FILES = {"artifacts/app/a.yaml": "a: 1\n", "artifacts/db/a.yaml": "b: 1\n"}
HEALTHY = [
    "settings",
    "packages",
    "kustomize",
    "git",
    "clone",
    "origin",
    "flux",
    "engine",
    "sources",
    "registry",
]


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    repo = monorepo(tmp_path / "repo", FILES)
    monkeypatch.chdir(repo.path)
    return repo


def found(
    configured: object = None,
    environment: Mapping[str, str] | None = None,
) -> dict[str, list[Line]]:
    """The lines by subject, from the folder that this process is in."""
    lines: dict[str, list[Line]] = {}
    for line in examine(configured, environment or {}):
        lines.setdefault(line.subject, []).append(line)
    return lines


def health(lines: Mapping[str, list[Line]]) -> dict[str, list[str]]:
    """What is not OK."""
    bad = {subject: [str(line.health) for line in told] for subject, told in lines.items()}
    return {subject: told for subject, told in bad.items() if set(told) != {"ok"}}


def the(lines: Mapping[str, list[Line]], subject: str) -> Line:
    (line,) = lines[subject]
    return line


def only(folder: Path, *programs: str) -> str:
    """A PATH with these programs and no others."""
    folder.mkdir()
    for program in programs:
        (folder / program).symlink_to(str(shutil.which(program)))
    return str(folder)


def script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


# What it shows


def test_a_machine_with_git_alone_has_no_problem(repo: Repo, tmp_path: Path) -> None:
    env = {"PATH": only(tmp_path / "bin", "git")}
    before = tree(repo.path)
    done = inv(repo, "doctor", env=env)
    assert (done.code, done.err) == (0, ""), done.said
    told = [line for line in done.out.splitlines() if not line.startswith(" ")]
    assert [line.split(maxsplit=1)[0] for line in told].count("warning") == 1
    assert [line.split()[1].rstrip(":") for line in told] == [*HEALTHY, "forge"]
    assert "warning kustomize: neither kustomize 5 nor kubectl 1.27 is on PATH" in done.out
    assert "        fix: install one of them: https://" in done.out
    assert tree(repo.path) == before
    assert not (repo.path / ".registry").exists()
    assert not (repo.path / ".forge").exists()


def test_one_document(repo: Repo, tmp_path: Path) -> None:
    break_origin_of(repo)
    done = inv(repo, "doctor", "--json", env={"PATH": only(tmp_path / "bin", "git")})
    assert (done.code, done.err) == (1, "")
    assert done.document["healthy"] is False
    checks = done.document["checks"]
    assert [check["subject"] for check in checks] == [*HEALTHY, "forge"]
    assert {tuple(check) for check in checks} == {("subject", "health", "message", "fix")}
    bad = {check["subject"]: check["health"] for check in checks if check["health"] != "ok"}
    assert bad == {"kustomize": "warning", "origin": "problem"}
    assert all(check["fix"] for check in checks if check["health"] != "ok")


def break_origin_of(repo: Repo) -> None:
    repo.git("remote", "add", "origin", "x")
    break_origin(repo)


def test_in_actions(repo: Repo, tmp_path: Path) -> None:
    """Where the folder that a registry is by default would go with the job."""
    job = in_actions(tmp_path / "job", "workflow_dispatch", {})
    done = inv(repo, "doctor", env=job.env | {"PATH": only(tmp_path / "bin", "git")})
    assert done.code == 1
    assert [command.partition(": ")[0] for command in commands(done.out)] == [
        "::warning::kustomize",
        "::error::registry",
    ]
    assert "::error::registry: the registry is the folder .registry, which is gone when this" in done.out
    one_table(job.summary.read_text(), rows=11)


def test_an_event_that_is_none(repo: Repo, tmp_path: Path) -> None:
    job = in_actions(tmp_path / "job", "push", "[")
    done = inv(repo, "doctor", "--json", env=job.env | {"INVOKE_FLUX_REGISTRY": "images"})
    assert done.code == 1
    bad = [check["subject"] for check in done.document["checks"] if check["health"] == "problem"]
    assert bad == ["event"]


# Settings


def test_every_setting_that_is_wrong_is_named(repo: Repo) -> None:
    lines = found({"jobs": 0, "regitsry": "x", "branch": "main"}, {"INVOKE_FLUX_FORGE": "gitlab"})
    faults = lines["settings"]
    assert [line.health for line in faults] == [Health.PROBLEM] * 3
    assert [line.message.split()[0] for line in faults] == ["flux.jobs", "flux.regitsry", "INVOKE_FLUX_FORGE"]
    assert "did you mean registry?" in faults[1].message
    assert faults[0].fix == "allowed is a whole number from 1 to 64"
    assert list(lines) == ["settings", "packages", "kustomize", "git", "clone", "the rest"]
    assert the(lines, "the rest").health is Health.WARNING


@pytest.mark.parametrize("configured", ["x", {"promoters": {"nonesuch": ["ann"]}}])
def test_settings_that_are_wrong_as_a_whole(repo: Repo, configured: object) -> None:
    assert health(found(configured))["settings"] == ["problem"]


def test_wrong_settings_do_not_stop_the_command(repo: Repo) -> None:
    done = inv(repo, "doctor", env={"INVOKE_FLUX_JOBS": "many"})
    assert done.code == 1
    assert "problem settings: INVOKE_FLUX_JOBS cannot be 'many'" in done.out
    assert done.err == ""


# The machine


def test_no_git(repo: Repo, tmp_path: Path) -> None:
    done = inv(repo, "doctor", "--json", env={"PATH": only(tmp_path / "bin")})
    assert done.code == 1
    problems = {c["subject"]: c for c in done.document["checks"] if c["health"] == "problem"}
    assert list(problems) == ["git"]
    assert (problems["git"]["message"], problems["git"]["fix"]) == (
        "git was not found",
        "install git, or add it to PATH",
    )


def test_a_git_that_is_too_old(repo: Repo, tmp_path: Path) -> None:
    git = shutil.which("git")
    old = f'[ "$1" = version ] && echo "git version 2.30.9" && exit\nexec {git} "$@"'
    script(tmp_path / "bin/git", old)
    done = inv(repo, "doctor", "--json", env={"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"})
    assert done.code == 1
    (problem,) = [check for check in done.document["checks"] if check["health"] == "problem"]
    assert problem["message"] == "git is 2.30.9, which lacks what is asked of it"
    assert problem["fix"] == "install git 2.31 or newer"


def distribution(folder: Path, name: str, version: str, *requires: str) -> None:
    """As pip would leave one, before those that are installed."""
    about = folder / f"{name.replace('-', '_')}-{version}.dist-info/METADATA"
    about.parent.mkdir(parents=True)
    lines = [f"Requires-Dist: {each}" for each in requires]
    about.write_text("\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *lines, ""]))


def test_packages_that_are_missing_or_too_old(repo: Repo, tmp_path: Path) -> None:
    distribution(tmp_path / "lib", "rich", "1.0")
    wanted = (
        "rich>=13",
        "nonesuch>=2",
        "invoke>=2.2",
        "other>=1; extra == 'tests'",
        "other>=1; python_version<'3'",
    )
    distribution(tmp_path / "lib", "flux-artifacts", "9", *wanted)
    done = inv(repo, "doctor", "--json", env={"PYTHONPATH": str(tmp_path / "lib")})
    assert done.code == 1
    problems = [check for check in done.document["checks"] if check["subject"] == "packages"]
    assert [check["message"] for check in problems] == ["rich is 1.0, not >=13", "nonesuch is missing"]
    assert problems[0]["fix"].endswith(" -m pip install 'rich>=13'`")


def missing(folder: Path, *modules: str) -> dict[str, str]:
    """An environment whose Python does not find these modules."""
    folder.mkdir()
    for module in modules:
        (folder / f"{module}.py").write_text(f"raise ModuleNotFoundError('no {module}', name={module!r})\n")
    return {"PYTHONPATH": os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])}


@pytest.mark.parametrize(
    ("module", "package", "subject"),
    [
        ("git", "GitPython", "git"),
        ("packaging", "packaging", "packages"),
        ("pathspec", "pathspec", "settings"),
        ("python_on_whales", "python-on-whales", "engine"),
    ],
)
def test_a_package_that_is_missing_is_named(
    repo: Repo, tmp_path: Path, module: str, package: str, subject: str
) -> None:
    env = missing(tmp_path / "lib", module) | {"INVOKE_FLUX_IGNORE": "*.md"}
    done = inv(repo, "doctor", "--json", env=env)
    assert done.code == 1
    problems = {check["subject"]: check for check in done.document["checks"] if check["health"] == "problem"}
    assert problems[subject]["message"] == f"the Python package {package} is missing"
    assert problems[subject]["fix"].endswith(f" -m pip install {package}`")
    assert all("to be reported" not in check["fix"] for check in problems.values())


def test_a_command_without_a_package(repo: Repo, tmp_path: Path) -> None:
    done = inv(repo, "list", env=missing(tmp_path / "lib", "git"))
    assert (done.code, done.out) == (1, "")
    error, hint = done.err.splitlines()
    assert error == "error: the Python package GitPython is missing"
    assert hint.startswith("hint: `")
    assert hint.endswith(" -m pip install GitPython`")


def test_without_rich_a_terminal_is_told_plainly(repo: Repo, tmp_path: Path) -> None:
    env = {"PATH": only(tmp_path / "bin", "git"), "FORCE_COLOR": "1"}
    coloured = inv(repo, "doctor", env=env)
    plain = inv(repo, "doctor", env=env | missing(tmp_path / "lib", "rich"))
    assert plain.code == coloured.code
    assert plain.out == re.sub(r"\x1b\[[0-9;]*m", "", coloured.out)


def test_kustomize(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    program = need(parts.kustomize)
    monkeypatch.setenv("PATH", str(Path(program).parent), prepend=os.pathsep)
    assert the(found(), "kustomize") == Line("kustomize", Health.OK, f"`{program} build`")


def test_the_flux_cli_is_needed_by_the_publisher_alone(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = need(parts.flux)
    monkeypatch.setenv("PATH", only(tmp_path / "bin", "git"))
    settings = {"publisher": "flux", "registry": "oci://127.0.0.1:9/x"}
    missing = the(found(settings), "flux")
    assert missing.health is Health.PROBLEM
    assert "there is no flux on PATH" in missing.message
    assert "https://fluxcd.io/flux/installation/" in missing.fix
    assert the(found(), "flux") == Line("flux", Health.OK, "not needed: the publisher is builtin")
    (tmp_path / "bin/flux").symlink_to(program)
    wanted = the(found(settings | {"flux_version": parts.FLUX}), "flux")
    assert (wanted.health, wanted.message) == (Health.OK, f"{parts.FLUX}, and {parts.FLUX} is wanted")
    assert (
        the(found(settings | {"flux_version": "2.9"}), "flux").message == f"{parts.FLUX}, and 2.9 is wanted"
    )
    other = the(found(settings | {"flux_version": "2.8"}), "flux")
    assert other.health is Health.PROBLEM
    assert f"flux is {parts.FLUX}, not 2.8" in other.message
    assert "`flux_version`" in other.fix
    folder = the(found({"publisher": "flux", "registry": "images"}), "registry")
    assert "cannot push to a folder" in folder.message
    nowhere = the(found(settings), "registry")
    assert (nowhere.health, nowhere.fix) == (
        Health.PROBLEM,
        "set `source` to it, or set `publisher: builtin`",
    )


# The clone and its origin


def test_no_clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", only(tmp_path / "bin", "git"))
    lines = found()
    assert health(lines) == {"kustomize": ["warning"], "clone": ["problem"], "the rest": ["warning"]}
    assert the(lines, "clone").fix == "run this in a clone of the monorepo"


def test_a_clone_without_a_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Repo(tmp_path / "new").path)
    lines = found()
    assert (the(lines, "clone").message, the(lines, "clone").fix) == (
        "this repository has no commit yet",
        "commit something first",
    )
    assert set(lines) == {"settings", "packages", "kustomize", "git", "clone", "the rest"}


def test_an_origin_that_ssh_may_not_read(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.git("remote", "add", "origin", "git@127.0.0.1:octo/monorepo.git")
    said = "git@127.0.0.1: Permission denied (publickey)."
    monkeypatch.setenv("GIT_SSH_COMMAND", f"sh -c 'echo {shlex.quote(said)} >&2; exit 255' --")
    assert said in the(found(), "origin").message


def test_a_shallow_clone(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit("second")
    clone = actions_checkout(repo, tmp_path / "clone", repo.head)
    monkeypatch.chdir(clone.path)
    clone_line = the(found(), "clone")
    assert clone_line.health is Health.WARNING
    assert "`git fetch --unshallow`" in clone_line.fix
    clone.git("fetch", "--quiet", "--unshallow")
    assert the(found(), "clone").health is Health.OK


def test_origin(repo: Repo) -> None:
    assert the(found(), "origin").message == f"main is at {repo.head[:12]} here, since there is no origin"
    repo.bare_origin()
    assert the(found(), "origin").message == f"main is at {repo.head[:12]} at origin"
    absent = the(found({"branch": "trunk"}), "origin")
    assert absent.health is Health.PROBLEM
    assert "it has no branch 'trunk'" in absent.message
    assert "`flux.branch`" in absent.fix
    break_origin(repo)
    assert the(found(), "origin").health is Health.PROBLEM


@pytest.mark.parametrize("password", ["pa55word", "x/pa55word", "x#pa55word", "x@pa55word", "x?/@pa55word"])
def test_a_password_in_the_url_of_origin_is_not_shown(repo: Repo, password: str) -> None:
    """Nor what is behind a character of it that should have been escaped."""
    repo.git("remote", "add", "origin", f"http://user:{password}@127.0.0.1:9/x")
    assert "pa55word" not in repr(found())


def test_no_artifacts(repo: Repo) -> None:
    line = the(found({"sources": "components"}), "sources")
    assert (line.health, line.message) == (Health.WARNING, "there are no artifacts in components")
    assert "`sources`" in line.fix


# The registry


def test_a_registry(repo: Repo, registry_server: parts.Registry) -> None:
    location = f"{registry_server.host}/doctor"
    line = the(found({"registry": f"oci://{location}"}), "registry")
    assert (line.health, line.message) == (Health.OK, f"{location}/app can be read and written")
    left = [
        path for path in registry_server.storage.rglob("doctor/**/*") if path.name in ("link", "startedat")
    ]
    assert left == []


def test_a_registry_that_is_not_there(repo: Repo) -> None:
    line = the(found({"registry": "oci://127.0.0.1:9/x"}), "registry")
    assert line.health is Health.PROBLEM
    assert line.message.startswith("127.0.0.1:9 does not answer")
    assert "`inv registry.up`" in line.fix


def test_a_registry_that_asks_for_a_login(repo: Repo) -> None:
    with scripted(Answer(401, b"", [("WWW-Authenticate", 'Basic realm="x"')])) as server:
        line = the(found({"registry": f"oci://{server.host}/x"}), "registry")
    assert line.health is Health.PROBLEM
    assert "there are none for it" in line.message
    assert (
        line.fix == f"log in with `docker login {server.host}`, or without Docker `oras login {server.host}`"
    )


def test_a_registry_that_may_only_be_read(repo: Repo) -> None:
    denied = Answer(403, b'{"errors": [{"code": "DENIED", "message": "no"}]}')
    with scripted(*[Answer(200, b'{"tags": []}')] * 2, denied) as server:
        line = the(found({"registry": f"oci://{server.host}/x"}), "registry")
    assert line.health is Health.PROBLEM
    assert line.message == f"{server.host} does not let this account push: DENIED no"
    assert "docker login" in line.fix


def test_a_folder_that_cannot_be_written(repo: Repo) -> None:
    repo.write("images", "a file is in the way")
    line = the(found({"registry": "images"}), "registry")
    assert line.health is Health.PROBLEM
    assert "images" in line.message
    assert "`flux.registry`" in line.fix


# The forge


def test_the_local_forge_needs_to_know_who_commits(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    assert the(found(), "forge").message == "files in .forge, as Test <test@example.com>"
    nobody = "[user]\nuseConfigOnly = true\n"
    config = repo.write("gitconfig", nobody)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    line = the(found(), "forge")
    assert line.health is Health.PROBLEM
    assert "git config --global user.name" in line.fix


def test_a_github_without_a_token(repo: Repo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", only(tmp_path / "bin", "git"))
    line = the(found({"forge": "github"}, None), "forge")
    assert "it is not known which repository" in line.message
    monkeypatch.setenv("GITHUB_REPOSITORY", "octo/monorepo")
    lines = found({"forge": "github"})
    assert the(lines, "forge").health is Health.PROBLEM
    assert the(lines, "forge").message == "there is no token for github.com"
    assert {"workflows", "branch", "automation"} & set(lines) == set()


@pytest.fixture
def github(repo: Repo, run_github: RunGitHub, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    """A GitHub that has the repository, under the name that gh knows for one that is no real one."""
    bare = repo.bare_origin()
    with run_github(bare.path) as server:
        monkeypatch.setenv("GITHUB_API_URL", server.url)
        monkeypatch.setenv("GITHUB_REPOSITORY", "octo/monorepo")
        yield server


def asked(
    github: GitHub, monkeypatch: pytest.MonkeyPatch, token: str, **settings: object
) -> dict[str, list[Line]]:
    monkeypatch.setenv("GH_TOKEN", token)
    return found({"forge": "github", **settings})


def test_an_administrator_is_told_all(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = asked(github, monkeypatch, github.token("alice"))
    assert the(lines, "forge").message == "octo/monorepo as alice"
    assert the(lines, "workflows").message == "they may open pull requests"
    assert the(lines, "branch").health is Health.WARNING
    assert (
        the(lines, "branch").message == "main is not protected: whoever may push promotes, without a review"
    )
    assert (
        the(lines, "automation").message == "issues are ours where github-actions[bot] or alice opened them"
    )
    writes = [request for request in github.requests if request.method not in ("GET", "HEAD")]
    assert writes == []


def test_a_job_is_told_less(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    github.repository("octo/monorepo").protected.add("main")
    lines = asked(github, monkeypatch, github.actions_token(contents="write"))
    assert (
        health({subject: lines[subject] for subject in ("forge", "workflows", "branch", "automation")}) == {}
    )
    assert "it needs contents, issues, pull-requests and actions: write" in the(lines, "forge").message
    assert the(lines, "branch").message == (
        "main is protected; only administrators are told how many approvals it needs"
    )


@pytest.mark.parametrize("scopes", [["repo"], []])
def test_a_token_that_may_not_write(
    github: GitHub, monkeypatch: pytest.MonkeyPatch, scopes: list[str]
) -> None:
    lines = asked(github, monkeypatch, github.token("carol", scopes=scopes))
    line = the(lines, "forge")
    assert line.health is Health.PROBLEM
    lacking = "write access to the repository" if scopes else "the scope `repo`"
    assert line.message == f"octo/monorepo as carol: the token lacks {lacking}"
    # What gh has is not what is used.
    assert line.fix == "set GH_TOKEN to a token of who may write, with the scope `repo`"


def test_a_token_of_gh_that_may_not_write(
    github: GitHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script(tmp_path / "bin/gh", f"echo {github.token('carol', scopes=[])}")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    host = github.url.removeprefix("http://").partition("/")[0]
    assert the(found({"forge": "github"}), "forge").fix == (
        f"`gh auth refresh --hostname {host} --scopes repo`, "
        "or set GH_TOKEN to a token of who may write, with the scope `repo`"
    )


def test_a_token_that_is_not_valid_is_said_once(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = asked(github, monkeypatch, "ghp_wrong")
    assert the(lines, "forge").health is Health.PROBLEM
    assert "Bad credentials" in the(lines, "forge").message
    assert {"workflows", "branch", "automation"} & set(lines) == set()


def test_logins_that_nobody_has(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"automation": ["github-actions[bot]", "promoter"], "promoters": {"prod": ["bob", "bobb"]}}
    lines = asked(github, monkeypatch, github.token("alice"), **settings)
    told = lines["automation"]
    assert [line.health for line in told] == [Health.WARNING] * 2
    assert [line.message for line in told] == [
        "automation: there is no account promoter",
        "promoters, prod: there is no account bobb",
    ]


def test_the_branch_is_that_of_the_setting(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    github.repository("octo/monorepo").protected.add("trunk")
    github.repository("octo/monorepo").approvals["trunk"] = 2
    lines = asked(github, monkeypatch, github.token("alice"), branch="trunk")
    assert "trunk is not protected" in the(lines, "branch").message  # there is no such branch


def test_the_fixes_are_what_to_type(
    repo: Repo, github: GitHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With gh, and a GitHub that is reached under a name as GitHub Enterprise Cloud has them."""
    gh = need(parts.gh)
    there = github.repository("octo/monorepo")
    there.actions_may_create_pulls = False
    token = github.token("alice")
    for name, value in {**github.gh(token), "GITHUB_API_URL": "http://api.github.localhost"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("flux.forge.github.api.DEFAULT_SECONDS_BETWEEN_REQUESTS", 0)

    def fix(subject: str) -> None:
        command = the(asked(github, monkeypatch, token), subject).fix.split("`")[1]
        program, *arguments = shlex.split(command)
        assert program == "gh"
        assert arguments[:3] == ["api", "--hostname", "github.localhost"]
        subprocess.run([gh, *arguments], check=True, capture_output=True, cwd=tmp_path)

    fix("workflows")
    assert there.actions_may_create_pulls
    fix("branch")
    assert there.approvals == {"main": 1}
    there.approvals.clear()
    fix("branch")
    assert there.approvals == {"main": 1}
    lines = asked(github, monkeypatch, token)
    assert health({subject: lines[subject] for subject in ("workflows", "branch")}) == {}
    assert the(lines, "branch").message == "main is protected: a pull request needs approvals (1)"


# Whatever happens


class Odd:
    """A forge all of whose answers are beyond belief."""

    def __getattr__(self, name: str) -> Any:
        def answer(*arguments: object) -> Any:
            raise RecursionError(f"in {name}")

        return answer


def test_what_nobody_foresaw_is_a_line_too(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object, **named: object) -> Any:
        raise ZeroDivisionError("nobody foresaw this")

    for name in (
        "flux.kustomize.find_kustomize",
        "importlib.metadata.requires",
        "flux.git.clone.Clone.tip",
        "flux.git.clone.Clone.artifacts",
        "flux.commands.doctor.open_target_registry",
        "flux.registry.container.Engine",
    ):
        monkeypatch.setattr(name, fail)
    monkeypatch.setattr("flux.commands.doctor.open_forge", lambda monorepo: Odd())
    lines = found()
    bad = ["packages", "kustomize", "origin", "engine", "registry", "forge"]
    assert {subject for subject in bad if health(lines).get(subject) == ["problem"]} == set(bad)
    assert health(lines)["sources"] == ["problem", "warning"]
    assert the(lines, "engine").message == "could not be looked at: ZeroDivisionError: nobody foresaw this"
    assert the(lines, "forge").message == "could not be looked at: RecursionError: in lacks"


@pytest.mark.parametrize("name", ["find_faults", "read_event"])
def test_what_nobody_foresaw_at_the_door(repo: Repo, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def fail(*arguments: object) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(f"flux.commands.doctor.{name}", fail)
    subject = "settings" if name == "find_faults" else "event"
    assert health(found())[subject] == ["problem"]


def test_a_forge_that_breaks_off_in_the_middle(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    from flux.forge.github.forge import GitHubForge

    def fail(*arguments: object) -> Any:
        raise ForgeError("GitHub broke off", "run it again")

    for name in ("protection", "workflows_may_propose", "has_account"):
        monkeypatch.setattr(GitHubForge, name, fail)
    lines = asked(github, monkeypatch, github.token("alice"))
    for subject in ("workflows", "branch", "automation"):
        assert the(lines, subject) == Line(subject, Health.PROBLEM, "GitHub broke off", "run it again")


def test_a_diagnosis_fails_for_a_problem_alone() -> None:
    lines = [Line("x", health, "x") for health in Health]
    assert Diagnosis(lines).failed
    assert not Diagnosis(lines[:2]).failed
    assert json.loads(json.dumps(Diagnosis(lines).document()))["healthy"] is False
