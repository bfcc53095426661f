"""The versions that are not published: few are told one by one, many are one error."""

from flux.promotion.plan import Action, Step
from flux.report.failed_steps import show_failed
from tests.report.showing import OTHER, Stage

FORM = "oci-{artifact}-v{version}"


def missing(artifact: str, version: str, *environments: str) -> list[Step]:
    return [Step(artifact, name, version, OTHER, None, Action.MISSING) for name in environments]


def test_many_are_one_error(stage: Stage) -> None:
    steps = [
        *missing("activemq", "1.3.0", "at_ring1", "at_ring2", "prod_ring1"),
        *missing("cert-manager", "2.5.0", "at_ring1"),
        *(step for n in range(30) for step in missing(f"a{n}", "1.0.0", "at_ring1")),
    ]
    shown = stage.log(lambda report: show_failed(report, steps, FORM))
    assert shown.err.splitlines() == [
        "error: 32 versions are not published: activemq 1.3.0 (3 environments), "
        "cert-manager 2.5.0 (at_ring1), "
        "a0 1.0.0 (at_ring1), a1 1.0.0 (at_ring1), a2 1.0.0 (at_ring1) and 27 more",
        "hint: `inv publish oci-activemq-v1.3.0` publishes one, `inv reconcile` all of them",
    ]


def test_one_is_told_with_its_environment(stage: Stage) -> None:
    shown = stage.log(lambda report: show_failed(report, missing("app", "2.0.0", "at_ring1"), FORM))
    assert shown.err.splitlines() == [
        "error: app:at_ring1: version 2.0.0 is not published",
        "hint: publish it with `inv publish oci-app-v2.0.0`, then run `inv tag` again",
    ]
