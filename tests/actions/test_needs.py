"""Jobs that build on each other, as the tests' own runners take them apart."""

import pytest

from tests.actions.needs import Ended, alone, is_due, outputs, together

JOBS = {
    "build": {"outputs": {"signable": "${{ steps.x.outputs.y }}"}, "steps": []},
    "publish": {"steps": []},
    "sign": {
        "needs": ["build", "publish"],
        "if": "${{ !cancelled() && needs.build.outputs.signable == 'true' }}",
        "steps": [{"env": {"X": "${{ needs.build.outputs.a-b }} ${{ needs.publish.result }}"}}],
    },
    "alone": {"steps": []},
}


def test_groups() -> None:
    assert sorted(together(JOBS)) == [["alone"], ["build", "publish", "sign"]]
    assert together({"b": {"needs": "a"}, "a": {}, "c": {"needs": "b"}}) == [["a", "b", "c"]]


def test_what_the_jobs_before_came_to() -> None:
    before = {"build": Ended("success", {"signable": "true", "a-b": "it's"}), "publish": Ended("skipped", {})}
    job = alone({"on": "push", "jobs": JOBS}, "sign", before)["jobs"]["sign"]
    assert "needs" not in job
    assert job["if"] == "${{ !cancelled() && 'true' == 'true' }}"
    assert job["steps"] == [{"env": {"X": "${{ 'it''s' }} ${{ 'skipped' }}"}}]


def test_a_job_tells_its_outputs() -> None:
    (step,) = alone({"jobs": JOBS}, "build", {})["jobs"]["build"]["steps"]
    assert step["env"] == {"OUTPUT0": "${{ steps.x.outputs.y }}"}
    assert outputs({"y": "1", "job-signable": "true"}) == {"signable": "true"}


@pytest.mark.parametrize(
    ("condition", "results", "due"),
    [
        ("", ("success", "success"), True),
        ("inputs.x", ("success", "skipped"), False),
        ("", ("failure", "success"), False),
        ("${{ !cancelled() }}", ("failure", "skipped"), True),
        ("always()", ("failure", "failure"), True),
    ],
)
def test_whether_a_condition_is_asked(condition: str, results: tuple[str, str], due: bool) -> None:
    before = dict(zip("ab", (Ended(result, {}) for result in results), strict=True))
    assert is_due({"needs": ["a", "b"], "if": condition}, before) is due
