"""What workflows run: their steps, and the actions, workflows and files that these call."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from flux.adoption.pushes import PushCommand, find_commands, find_unread

PUSH = "flux push artifact oci://r.io/o/{name}:1 --path={path} --source=x --revision=y"
WORKFLOW = ".github/workflows/publish.yml"


def dumped(told: object) -> str:
    return yaml.safe_dump(told, sort_keys=False)


def steps(*steps: Any, **job: Any) -> str:
    return dumped({"on": "push", "jobs": {"push": {"runs-on": "x", **job, "steps": [*steps]}}})


def pushed(texts: dict[str, str]) -> list[tuple[str, str]]:
    commands = find_commands(texts, "acme/mono")
    return [(one.repository.removeprefix("r.io/o/"), one.path) for one in commands]


def run(name: str, path: str, **more: Any) -> dict[str, Any]:
    return {"run": PUSH.format(name=name, path=path), **more}


ACTION = dumped(
    {
        "inputs": {"folder": {"required": True}, "name": {"default": "web"}},
        "runs": {
            "using": "composite",
            "steps": [run("${{ inputs.name }}", "${{ inputs.folder }}", shell="bash")],
        },
    }
)
CALLED = dumped(
    {
        "on": {"workflow_call": {"inputs": {"my-app": {"type": "string"}, "top": {"default": "apps"}}}},
        "jobs": {
            "push": {"steps": [run("${{ inputs.my-app }}", "${{ inputs.top }}/${{ inputs.my-app }}")]},
        },
    }
)


def test_a_local_action_gets_its_inputs() -> None:
    called = {"uses": "./tools/push", "with": {"folder": "apps/web"}}
    other = {"uses": "./tools/push/", "with": {"folder": "./infra/${{ env.APP }}", "name": "${{ env.APP }}"}}
    texts = {WORKFLOW: steps(called, other, env={"APP": "eso"}), "tools/push/action.yml": ACTION}
    assert pushed(texts) == [("web", "apps/web"), ("eso", "infra/eso")]
    assert {one.workflow for one in find_commands(texts, "")} == {WORKFLOW}
    (alone,) = find_commands({"tools/push/action.yaml": ACTION}, "")
    assert (alone.path, alone.workflow) == ("${{ inputs.folder }}", "")


def test_a_local_reusable_workflow_gets_its_inputs() -> None:
    jobs = {
        app: {"uses": "./.github/workflows/called.yml", "with": {"my-app": app}} for app in ("web", "api")
    }
    caller = dumped({"on": "push", "env": {"top": "x"}, "jobs": jobs})
    texts = {".github/workflows/called.yml": CALLED, WORKFLOW: caller}
    assert pushed(texts) == [("web", "apps/web"), ("api", "apps/api")]
    alone = {".github/workflows/called.yml": CALLED}
    assert pushed(alone) == [("${{ inputs.my-app }}", "apps/${{ inputs.my-app }}")]


def test_what_calls_itself_is_read_once() -> None:
    jobs = {"again": {"uses": f"./{WORKFLOW}"}, "push": {"steps": [run("web", "apps/web")]}}
    text = dumped({"on": ["push", "workflow_call"], "jobs": jobs})
    assert pushed({WORKFLOW: text}) == [("web", "apps/web")]


def test_files_that_run_each_other_end() -> None:
    text = PUSH.format(name="web", path="apps/web") + "\n./push.sh" * 20
    assert pushed({"push.sh": text, WORKFLOW: steps({"run": "./push.sh"})}) == [("web", "apps/web")]


def test_an_action_may_be_named_by_the_repository() -> None:
    used = {"uses": "Acme/Mono/tools/push@main", "with": {"folder": "apps/web"}}
    assert pushed({WORKFLOW: steps(used), "tools/push/action.yml": ACTION}) == [("web", "apps/web")]


def test_each_job_and_step_has_variables_of_its_own() -> None:
    jobs = {app: {"env": {"APP": app}, "steps": [run("$APP", "apps/${APP}")]} for app in ("web", "api")}
    jobs["db"] = {"steps": [{"run": 'echo "APP=db" >> $GITHUB_ENV'}, run("$APP", "apps/$APP")]}
    texts = {WORKFLOW: dumped({"on": "push", "jobs": jobs, "env": {"APP": "none"}})}
    assert pushed(texts) == [("web", "apps/web"), ("api", "apps/api"), ("db", "apps/db")]


def test_a_step_starts_in_its_folder() -> None:
    inside = {"defaults": {"run": {"working-directory": "apps/web"}}}
    assert pushed({WORKFLOW: steps(run("web", "."), **inside)}) == [("web", "apps/web")]
    assert pushed({WORKFLOW: steps(run("web", ".", **{"working-directory": "./apps/api"}), **inside)}) == [
        ("web", "apps/api")
    ]


@pytest.mark.parametrize(
    ("matrix", "name", "path", "expected"),
    [
        (
            {"include": [{"app": "web", "path": "apps/front/web"}, {"app": "eso", "path": "infra/eso"}]},
            "${{ matrix.app }}",
            "${{ matrix.path }}",
            [("web", "apps/front/web"), ("eso", "infra/eso")],
        ),
        (
            {"app": ["web", "api"]},
            "${{ matrix.app }}",
            "./${{ matrix.app }}",
            [("web", "web"), ("api", "api")],
        ),
        (
            {"app": ["web", "api"]},
            "${{ matrix.app }}",
            "apps/${{ matrix.app }}",
            [("${{ matrix.app }}", "apps/${{ matrix.app }}")],
        ),
        ("${{ fromJSON(x) }}", "${{ matrix.app }}", "${{ matrix.app }}", [("${{ matrix.app }}",) * 2]),
    ],
)
def test_a_matrix(matrix: Any, name: str, path: str, expected: list[tuple[str, str]]) -> None:
    assert pushed({WORKFLOW: steps(run(name, path), strategy={"matrix": matrix})}) == expected


def test_the_tags_of_a_matrix() -> None:
    tag = {"run": "flux tag artifact oci://r.io/o/web:1 --tag ${{ matrix.to }} --tag latest"}
    (found,) = find_commands({WORKFLOW: steps(tag, strategy={"matrix": {"to": ["dev", "prod"]}})}, "")
    assert found.tags == ("dev", "prod", "latest")


SCRIPT = f"#!/bin/bash\nNAME=$1\n{PUSH.format(name='$NAME', path='$2')}\n"


@pytest.mark.parametrize(
    ("command", "file", "text"),
    [
        ("./hack/push web apps/web", "hack/push", SCRIPT),
        ("FOO=1 bash -e hack/push.sh web ./apps/web", "hack/push.sh", SCRIPT),
        ("cd hack && ./push.sh web ../apps/web", "hack/push.sh", SCRIPT),
        ("make -f build/flux.make push", "build/flux.make", f"push:\n\t{PUSH}"),
        ("make -C apps push NAME=web", "apps/Makefile", f"push:\n\t@{PUSH.replace('{path}', '$(NAME)')}"),
        ("just --justfile build/justfile push", "build/justfile", f"top := 'apps'\npush:\n  {PUSH}"),
    ],
)
def test_a_step_runs_a_file(command: str, file: str, text: str) -> None:
    text = text.format(name="web", path="apps/web") if text is not SCRIPT else text
    texts = {file: text, WORKFLOW: steps({"run": command})}
    assert pushed(texts) == [("web", "apps/web")]
    assert {one.workflow for one in find_commands(texts, "")} == {WORKFLOW}


def test_a_line_may_have_several_commands() -> None:
    loop = "for d in apps/*; do flux push artifact oci://r.io/o/$(basename $d | tr A-Z a-z):1 --path=$d; done"
    other = "flux push artifact oci://r.io/o/x:1 --path x&& flux tag artifact oci://r.io/o/x:1 --tag=a|cat"
    found = find_commands({"push.sh": f"{loop} && {other}\n"}, "")
    assert [(one.path, one.tags) for one in found] == [("apps/*", ()), ("x", ()), ("", ("a",))]
    assert found[0].repository == "r.io/o/$(basename $d | tr A-Z a-z)"


def test_what_is_printed_is_not_run() -> None:
    old, new = PUSH.format(name="old", path="old"), PUSH.format(name="web", path="apps/web")
    assert pushed({"x.sh": f"cat <<'EOF' >x\n{old}\nEOF\n{new}\n"}) == [("web", "apps/web")]
    assert pushed({"x.sh": f"bash <<EOF\n{new}\nEOF\n"}) == [("web", "apps/web")]


def test_the_variables_of_gitlab() -> None:
    told = {"variables": {"APP": "web"}, "push": {"script": [PUSH.format(name="$APP", path="apps/$APP")]}}
    assert pushed({".gitlab-ci.yml": dumped(told)}) == [("web", "apps/web")]


def test_what_is_in_a_comment_is_not_run() -> None:
    old = PUSH.format(name="old", path="old")
    texts = {WORKFLOW: f"# {old}\n" + steps({"run": f"# {old}\n{PUSH.format(name='web', path='apps/web')}"})}
    assert pushed(texts) == [("web", "apps/web")]


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"push.py": '# flux\nrun(["flux", "push", "artifact"])\n'}, ["push.py:2 pushes from a program"]),
        (
            {WORKFLOW: steps({"uses": "./actions/flux/push", "with": {"name": "x"}})},
            [f"{WORKFLOW}:6 uses ./actions/flux/push"],
        ),
        (
            {WORKFLOW: dumped({"jobs": {"a": {"uses": "acme/ci/.github/workflows/flux-push.yml@v1"}}})},
            [f"{WORKFLOW}:3 uses acme/ci/.github/workflows/flux-push.yml@v1"],
        ),
        ({WORKFLOW: steps({"uses": "docker/build-push-action@v6"}, {"uses": "fluxcd/flux2/action@v2"})}, []),
        ({WORKFLOW: steps({"uses": "acme/flux-artifacts/.github/workflows/release.yml@v1"})}, []),
        ({"x.sh": PUSH.format(name="$1", path='"$2"')}, ["x.sh:1 pushes $2"]),
        ({WORKFLOW: steps(run("web", "apps/web")), "evals.json": '"flux push artifact"'}, []),
    ],
)
def test_what_is_not_read_is_told(texts: dict[str, str], said: list[str]) -> None:
    assert list(find_unread(texts, "")) == said


KEYS = (
    *("on", "jobs", "a", "steps", "run", "uses", "with", "env", "strategy", "matrix", "include", "exclude"),
    *("defaults", "working-directory", "inputs", "runs", "using", "workflow_call"),
)
ANY = st.recursive(
    st.none() | st.integers() | st.sampled_from(["", "${{ matrix.a }}", "./x", PUSH, "make -C", "cd ; ."]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(ANY, st.lists(ANY, max_size=3))
def test_any_workflow_is_read(whole: object, given: list[object]) -> None:
    action = dumped({"inputs": whole, "runs": {"using": "composite", "steps": given}})
    job = {
        "strategy": whole,
        "defaults": whole,
        "env": whole,
        "with": whole,
        "steps": [*given, {"uses": "./x"}],
    }
    for told in (whole, {"on": whole, "jobs": {"a": job, "b": whole}}):
        texts = {WORKFLOW: dumped(told) + "# flux", "x/action.yml": action}
        assert all(isinstance(one, PushCommand) for one in find_commands(texts, "a/b"))
        assert all(isinstance(one, str) for one in find_unread(texts, "a/b"))
