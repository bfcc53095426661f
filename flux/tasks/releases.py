"""The tasks for releases: make, publish and sign them."""

from invoke.context import Context
from invoke.exceptions import Exit

from flux.running import require_output_folder, running
from flux.tasks.command import command
from flux.tasks.options import DIGESTS, DRY_RUN, JSON


@command(
    example="release eso 3.10.0",
    positional=["artifact", "version"],
    help={
        "artifact": "the artifact",
        "version": "a version, or major, minor, patch, prerelease, or auto (from the commits)",
        "allow-unchanged": "release even if nothing changed since the last release",
        "force": "release even if release-please makes the releases here",
        "dry-run": DRY_RUN,
        "json": JSON,
    },
)
def release(
    context: Context,
    artifact: str,
    version: str,
    allow_unchanged: bool = False,
    force: bool = False,
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Release an artifact at the commit that is checked out."""
    with running(context, json, dry_run=dry_run) as run:
        from flux.commands.release import create_release, find_destination, plan_release
        from flux.report.release import show_forge, show_planned_release, show_released

        planned = plan_release(run.monorepo, artifact, version, allow_unchanged, force)
        place, urls = find_destination(run.monorepo)
        if dry_run:
            show_forge(run.report, planned, place, urls, dry_run)
            show_planned_release(run.report, planned)
        else:
            run.monorepo.require_forge()
            show_forge(run.report, planned, place, urls, dry_run)
            made = create_release(run.monorepo, planned)
            show_released(run.report, made)
            if made.failed:
                raise Exit(code=1)
            run.report.next(f"inv publish {planned.tag}")


@command(
    example="publish flux-oci-eso-v3.10.0",
    positional=["tag"],
    help={"tag": "a release tag", "digests": DIGESTS, "dry-run": DRY_RUN, "json": JSON},
)
def publish(
    context: Context, tag: str, digests: str | None = None, dry_run: bool = False, json: bool = False
) -> None:
    """Build a release's artifact at its commit and push it under the version."""
    with running(context, json, dry_run=dry_run, pushes=True) as run:
        from flux.commands.publish import observe_published, publish_tag
        from flux.report.observe_mode import show_observed
        from flux.report.publish import show_published

        require_output_folder(digests)
        published = publish_tag(run.monorepo, tag)
        show_published(run.report, published, digests, dry_run)
        show_observed(run.report, observe_published(run.monorepo, published))
        if (published.result and published.result.error) or published.unreleased:
            raise Exit(code=1)
        if published.result and not dry_run:
            run.report.next(f"inv issue {tag}")


@command(
    example="sign digests.json",
    default=True,
    positional=["digests"],
    help={
        "digests": "a file that --digests has written, or a folder of such files",
        "unattested": "write the images without a GitHub attestation to this file",
        "dry-run": DRY_RUN,
        "json": JSON,
    },
)
def sign(
    context: Context, digests: str, unattested: str | None = None, dry_run: bool = False, json: bool = False
) -> None:
    """Sign the images that have no valid signature yet, in GitHub Actions."""
    with running(context, json, dry_run=dry_run) as run:
        from pathlib import Path

        from flux.commands.sign.sign import find_unattested, sign_digests
        from flux.report.sign import show_signing, show_unattested

        signing = sign_digests(run.monorepo, Path(digests), run.report.working)
        show_signing(run.report, signing)
        if unattested and not dry_run:
            show_unattested(run.report, find_unattested(signing, run.monorepo.forge.is_attested), unattested)
        if signing.failed:
            raise Exit(code=1)


@command(example="sign.promotions --dry-run", help={"dry-run": DRY_RUN, "json": JSON})
def promotions(context: Context, dry_run: bool = False, json: bool = False) -> None:
    """Sign what environments have as promoted, in GitHub Actions."""
    with running(context, json, dry_run=dry_run) as run:
        from flux.commands.sign.promotions import sign_promotions
        from flux.report.sign import show_signing

        signing = sign_promotions(run.monorepo, run.report.working)
        show_signing(run.report, signing)
        if signing.failed:
            raise Exit(code=1)
