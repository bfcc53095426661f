"""A release that is published, refused, or none of ours."""

from flux.errors import ForgeError
from flux.monorepo.publishing import Published
from flux.report.publish import document, show_published
from tests.report.showing import DIGEST, FAILED, PUSHED, Stage


def test_a_release_that_is_published(stage: Stage) -> None:
    published = Published("app-v1.0.0", PUSHED, same_as="cccccccccccc")
    shown = stage.log(lambda report: show_published(report, published, None, dry_run=False))
    assert shown.lines == [f"app-v1.0.0: pushed ghcr.io/o/app@{DIGEST}, same digest as cccccccccccc"]
    planned = stage.log(lambda report: show_published(report, published, None, dry_run=True))
    assert planned.lines[0].startswith("app-v1.0.0: would be pushed ")
    job = stage.job(lambda report: show_published(report, published, None, dry_run=False))
    assert job.outputs == {"digests": {"app": f"ghcr.io/o/app@{DIGEST}"}}


def test_a_tag_that_is_none_of_ours(stage: Stage) -> None:
    published = Published("v1", None, notices=["not ours"])
    shown = stage.log(lambda report: show_published(report, published, None, dry_run=False))
    assert (shown.out, shown.err) == ("", "not ours\n")
    assert stage.json(lambda report: show_published(report, published, None, False)).document == (
        document(published)
    )


def test_a_release_that_is_not_published(stage: Stage) -> None:
    published = Published("b-v1.0.0", FAILED[0])
    shown = stage.job(lambda report: show_published(report, published, None, dry_run=False))
    assert shown.outputs == {}
    assert shown.lines == ["::error::b: the registry broke off%0Aagain"]


def test_a_tag_that_got_no_release_is_an_error_beside_the_image(stage: Stage) -> None:
    unreleased = ForgeError("GitHub refused it", "give the job `contents: write`")
    published = Published("app-v1.0.0", PUSHED, unreleased=unreleased)
    shown = stage.log(lambda report: show_published(report, published, None, dry_run=False))
    assert "app-v1.0.0 has no release: GitHub refused it" in shown.err
    assert len(shown.lines) == 1
