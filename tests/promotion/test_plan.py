"""What has to happen to environment tags."""

from hypothesis import given
from hypothesis import strategies as st

from flux.promotion.plan import Action, Step, plan_tags

_ENVIRONMENTS = st.sampled_from(["at", "tt", "prod", "dev"])
_VERSIONS = st.sampled_from(["1.0.0", "1.1.0", "2.0.0-rc.1"])
_DIGESTS = st.sampled_from(["sha256:a", "sha256:b", "sha256:c"])
_DESIRED = st.dictionaries(_ENVIRONMENTS, _VERSIONS)
_ACTUAL = st.dictionaries(_ENVIRONMENTS, st.none() | _DIGESTS)
_PUBLISHED = st.dictionaries(_VERSIONS, st.none() | _DIGESTS)


@given(_DESIRED, _ACTUAL, _PUBLISHED)
def test_performed_it_is_as_desired(
    desired: dict[str, str], actual: dict[str, str | None], published: dict[str, str | None]
) -> None:
    after = dict(actual)
    for step in plan_tags("a", desired, actual, published):
        if step.action == Action.MOVE:
            after[step.environment] = step.new
    for environment, version in desired.items():
        if published.get(version):
            assert after[environment] == published[version]
        else:
            # Nothing is promoted that is not there.
            assert after.get(environment) == actual.get(environment)
    assert {e: d for e, d in after.items() if e not in desired} == {
        e: d for e, d in actual.items() if e not in desired
    }
    again = plan_tags("a", desired, after, published)
    assert Action.MOVE not in {step.action for step in again}


@given(_DESIRED, _ACTUAL, _PUBLISHED)
def test_one_step_for_each_environment_that_is_desired_or_there(
    desired: dict[str, str], actual: dict[str, str | None], published: dict[str, str | None]
) -> None:
    steps = plan_tags("a", desired, actual, published)
    left = [e for e, digest in actual.items() if digest is not None and e not in desired]
    assert [step.environment for step in steps] == [*desired, *left]
    for step in steps:
        assert (step.artifact, step.old) == ("a", actual.get(step.environment))
        assert step.version == desired.get(step.environment)
        assert step.new == (published.get(step.version) if step.version else None)
        assert step.error is None


@given(_DESIRED, _ACTUAL, _PUBLISHED)
def test_drift_is_what_has_to_be_done_or_cannot_be(
    desired: dict[str, str], actual: dict[str, str | None], published: dict[str, str | None]
) -> None:
    for step in plan_tags("a", desired, actual, published):
        match step.action:
            case Action.UNCHANGED:
                assert step.old == step.new is not None
                assert not step.drifts
            case Action.MOVE:
                assert step.new is not None
                assert step.old != step.new
                assert step.drifts
            case Action.MISSING:
                assert step.new is None
                assert step.drifts
            case Action.LEFT:
                assert step.version is None
                assert not step.drifts
            case _:
                raise AssertionError(step)


def test_nothing_at_all() -> None:
    assert plan_tags("a", {}, {}, {}) == []


def test_each_of_them() -> None:
    desired = {"at": "2.0.0", "tt": "1.0.0", "prod": "3.0.0", "new": "1.0.0"}
    actual = {"at": "sha256:1", "tt": "sha256:1", "prod": "sha256:1", "old": "sha256:9", "none": None}
    published = {"1.0.0": "sha256:1", "2.0.0": "sha256:2"}
    assert plan_tags("a", desired, actual, published) == [
        Step("a", "at", "2.0.0", "sha256:1", "sha256:2", Action.MOVE),
        Step("a", "tt", "1.0.0", "sha256:1", "sha256:1", Action.UNCHANGED),
        Step("a", "prod", "3.0.0", "sha256:1", None, Action.MISSING),
        Step("a", "new", "1.0.0", None, "sha256:1", Action.MOVE),
        Step("a", "old", None, "sha256:9", None, Action.LEFT),
    ]


def test_what_is_done_or_failed() -> None:
    def step(action: Action) -> Step:
        return Step("a", "at", "1.0.0", "sha256:1", "sha256:2", action)

    assert not step(Action.MOVED).drifts
    assert step(Action.FAILED).drifts
