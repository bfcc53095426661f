"""The folder that each line of a script runs in, and the files that it runs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.adoption.calls import Call, calls_in, joined_path, lines_of, main_makefile


def folder_of(text: str, file: str = "hack/push.sh", start: str = "") -> str:
    (found,) = [line.folder for line in lines_of(text, start, {}, file) if "here" in line.text]
    return found


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("here", ""),
        ("cd apps\nhere", "apps"),
        ("cd ./apps/\ncd web\nhere", "apps/web"),
        ("cd apps && cd web; here", "apps/web"),
        ("(cd apps && x)\nhere", ""),
        ("(cd apps && here)", "apps"),
        ("pushd apps\npopd\nhere", ""),
        ("cd apps\ncd -\nhere", ""),
        ("cd apps/web\ncd ../..\nhere", "."),
        ('cd "$(git rev-parse --show-toplevel)"\nhere', "."),
        ("cd apps\ncd $GITHUB_WORKSPACE/infra\nhere", "infra"),
        ('cd "$(dirname "$0")/.."\nhere', "."),
        ('cd "$(dirname "${BASH_SOURCE[0]}")"\nhere', "hack"),
        ("for d in apps/*/; do\n  cd $d\n  here\ndone", "apps/*"),
        ("cd $SOMEWHERE\nhere", "$SOMEWHERE"),
        ("# cd apps\nhere", ""),
        ('ROOT="$(cd apps && pwd)"\nhere', ""),
        ("abcd apps\nhere", ""),
    ],
)
def test_where_a_line_runs(text: str, folder: str) -> None:
    assert folder_of(text) == folder


def test_each_line_of_a_makefile_has_a_shell_of_its_own() -> None:
    assert folder_of("x:\n\tcd apps\n\there\n", "Makefile") == ""
    assert folder_of("x:\n\tcd apps && \\\n\t  here\n", "Makefile") == "apps"
    (line,) = [*lines_of("\tfor d in apps/*; do here $$d; done", "", {}, "x.mk")]
    assert (line.text.strip(), line.known["d"]) == ("for d in apps/*; do here $d; done", "apps/*")


@pytest.mark.parametrize(
    ("folder", "path", "joined"),
    [
        ("", "./apps/web/", "apps/web"),
        ("", ".", "."),
        ("apps", ".", "apps"),
        ("apps", "../infra/$X", "infra/$X"),
        ("", "${{ github.workspace }}/apps", "apps"),
        ("apps", "/tmp/out", "/tmp/out"),
        ("", "$(dirname a/../b)/x", "x"),
        ("apps", "${D%/../x}/y", "apps/${D%/../x}/y"),
    ],
)
def test_a_path_from_the_root(folder: str, path: str, joined: str) -> None:
    assert joined_path(folder, path) == joined


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("./push.sh a b", Call("push.sh", "", {"1": "a", "2": "b"})),
        ("cd hack && sh ./push.sh $APP", Call("hack/push.sh", "hack", {"1": "web"})),
        ("if x; then . hack/lib.sh", Call("hack/lib.sh", "", {})),
        ("make push", Call("Makefile", ".", {})),
        ("$(MAKE) -C apps --file=x.mk A=1 B=$APP", Call("apps/x.mk", "apps", {"A": "1", "B": "web"})),
        ("task -t build/Taskfile.yml push", Call("build/Taskfile.yml", ".", {})),
    ],
)
def test_a_file_that_is_run(text: str, call: Call) -> None:
    assert call in [*calls_in(text, "", {"APP": "web"})]


def test_a_makefile_has_several_names() -> None:
    there = ["a/GNUmakefile", "b/Makefile", "Taskfile.yaml"]
    assert main_makefile("a/Makefile", there) == "a/GNUmakefile"
    assert main_makefile("b/Makefile", there) == "b/Makefile"
    assert main_makefile("Taskfile.yml", there) == "Taskfile.yaml"
    assert main_makefile("push.sh", there) == ""


@given(st.text("cdpushmake$({})[];&|\"'./- \n\\\x02\x03=*", max_size=80), st.sampled_from(["", "a/b"]))
def test_any_script_is_read(text: str, folder: str) -> None:
    for line in lines_of(text, folder, {}, "Makefile"):
        assert isinstance(line.folder, str)
    assert all(isinstance(call.file, str) for call in calls_in(text, folder, {}))
