"""The files that are wanted, and how each differs from what is there."""

import json

import pytest
import yaml

from flux.adoption.files import FileState, WantedFile, desired_state, invoke_yaml


def test_states() -> None:
    assert WantedFile("a", "x\n", None).state is FileState.MISSING
    assert WantedFile("a", "x\n", "x\n").state is FileState.SAME
    assert WantedFile("a", "x\n", "y").state is FileState.DIFFERS


def test_a_diff_reads_as_gits() -> None:
    assert WantedFile("a", "x\n", None).diff == "--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+x\n"
    assert WantedFile("a", "x\n", "y").diff == "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-y\n+x\n"
    assert WantedFile("a", "x\n", "x\n").diff == ""


def test_the_settings_are_read_back_in_their_order() -> None:
    settings = {"sources": "apps", "release_tag": "{artifact}/v{version}", "phases": [{"at": ["a"]}, "prod"]}
    read = yaml.safe_load(invoke_yaml(settings) or "")
    assert read == {"flux": settings}
    assert list(read["flux"]) == list(settings)


ADDED = {"release_tag": "v{version}", "phases": [{"at": ["a"]}]}


@pytest.mark.parametrize(
    ("there", "wanted"),
    [
        ("", "flux:\n  release_tag: v{version}\n  phases:\n  - at:\n    - a\n"),
        (
            "run: {echo: true}\n# ours\n",
            "run: {echo: true}\n# ours\n\nflux:\n  release_tag: v{version}\n  phases:\n  - at:\n    - a\n",
        ),
        (
            "# mine\nflux: # here\n    sources: apps # which\n\n# more\nrun:\n  echo: true\n",
            "# mine\nflux: # here\n    sources: apps # which\n\n# more\n"
            "    release_tag: v{version}\n    phases:\n    - at:\n      - a\nrun:\n  echo: true\n",
        ),
        ("flux:\n", "flux:\n  release_tag: v{version}\n  phases:\n  - at:\n    - a\n"),
        ("flux: {sources: apps}\n", None),
        ("flux: [\n", None),
        ("flux:\n- a\n", None),
    ],
)
def test_settings_are_added_to_what_is_there(there: str, wanted: str | None) -> None:
    assert invoke_yaml(ADDED, there) == wanted
    assert invoke_yaml({}, there) == there


def test_the_desired_state_is_json() -> None:
    assert json.loads(desired_state({"eso": {"at": "1.0.0"}})) == {"eso": {"at": "1.0.0"}}
    assert desired_state({}) == "{}\n"
