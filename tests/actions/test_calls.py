"""A workflow that calls others has their jobs, with what it gives them."""

from typing import Any

import pytest
import yaml

from tests.actions.calls import expanded
from tests.actions.needs import spelled

CALLED = """
on:
  workflow_call:
    inputs:
      tag: {type: string}
      deep: {type: boolean}
      branch: {type: string, default: it's}
    secrets: {KEY: {}, OTHER: {}}
    outputs:
      done: {value: "${{ jobs.first.outputs.done == 'yes' }}"}
jobs:
  first:
    permissions: {contents: read}
    if: inputs.deep || inputs.tag
    outputs: {done: "${{ steps.a.outputs.done }}"}
    steps:
      - run: x
        env: {TAG: "${{ inputs.tag || inputs.branch }}", KEY: "${{ secrets.KEY }}${{ secrets.OTHER }}"}
  second:
    needs: first
    permissions: {}
    steps: [{run: y}]
"""
CALLER = """
on: push
jobs:
  before: {steps: []}
  call:
    needs: before
    if: ${{ github.ref == 'x' }}
    uses: $/.github/workflows/called.yml
    permissions: {contents: write}
    with: {tag: "${{ inputs.tag }}"}
    secrets: {KEY: "${{ secrets.MINE }}"}
  after:
    needs: [call]
    if: needs.call.outputs.done == 'true'
    steps: [{run: "${{ needs.call.outputs.done }}"}]
"""


def expand(caller: str, called: str = CALLED) -> dict[str, Any]:
    def read(uses: str) -> dict[str, Any]:
        assert uses == "$/.github/workflows/called.yml"
        return spelled(yaml.safe_load(called))

    found = expanded(spelled(yaml.safe_load(caller)), read)
    assert found.files == dict.fromkeys(("first", "second"), "$/.github/workflows/called.yml")
    jobs: dict[str, Any] = found.workflow["jobs"]
    return jobs


def test_its_jobs_take_the_place_of_the_call() -> None:
    jobs = expand(CALLER)
    assert list(jobs) == ["before", "first", "second", "after"]
    assert jobs["first"]["needs"] == ["before"]
    assert jobs["second"]["needs"] == ["first", "before"]
    assert jobs["after"]["needs"] == ["first", "second"]
    assert jobs["first"]["permissions"] == {"contents": "read"}


def test_inputs_secrets_conditions_and_outputs_are_passed() -> None:
    jobs = expand(CALLER)
    assert jobs["first"]["if"] == "(github.ref == 'x') && (false || (inputs.tag))"
    assert jobs["first"]["steps"][0]["env"] == {
        "TAG": "${{ (inputs.tag) || 'it''s' }}",
        "KEY": "${{ (secrets.MINE) }}${{ '' }}",
    }
    told = "format('{0}', needs.first.outputs.done == 'yes')"
    assert jobs["after"]["if"] == f"{told} == 'true'"
    assert jobs["after"]["steps"][0]["run"] == f"${{{{ {told} }}}}"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("permissions: {contents: write}", "permissions: {}", "contents: read is asked for"),
        ("tag: ", "tog: ", "an input that is not known"),
        ("KEY: ", "KAY: ", "a secret that is not known"),
    ],
)
def test_what_github_would_not_start(before: str, after: str, said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        expand(CALLER.replace(before, after, 1))


def test_a_called_job_that_does_not_say_what_it_may() -> None:
    with pytest.raises(AssertionError, match="says what it may"):
        expand(CALLER, CALLED.replace("    permissions: {}\n", ""))


def test_a_job_with_the_name_of_one_that_is_called() -> None:
    caller = CALLER.replace("before", "first")
    found = expanded(spelled(yaml.safe_load(caller)), lambda _: spelled(yaml.safe_load(CALLED)))
    jobs = found.workflow["jobs"]
    assert list(jobs) == ["first", "call-first", "second", "after"]
    assert jobs["second"]["needs"] == ["call-first", "first"]
    assert jobs["after"]["needs"] == ["call-first", "second"]
    assert "needs.call-first.outputs.done" in jobs["after"]["if"]
