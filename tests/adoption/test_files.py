"""The files that are wanted, and how each differs from what is there."""

import json

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
    read = yaml.safe_load(invoke_yaml(settings))
    assert read == {"flux": settings}
    assert list(read["flux"]) == list(settings)


def test_the_desired_state_is_json() -> None:
    assert json.loads(desired_state({"eso": {"at": "1.0.0"}})) == {"eso": {"at": "1.0.0"}}
    assert desired_state({}) == "{}\n"
