"""What `inv` shows: one function a command. Each parses, calls one use case and reports.

Everything heavy is imported by the command that needs it, so that `inv --list` costs what Invoke costs.
"""

from invoke.collection import Collection
from invoke.context import Context
from invoke.exceptions import Exit
from invoke.tasks import task

from flux.running import (
    configuration,
    issue_number,
    names,
    open_forge,
    open_repository,
    reporting,
    running,
)

_ARTIFACT = "only this artifact; repeatable, or several with commas between"
_SINCE = "compare with this commit instead of what started the run"
_JSON = "print one JSON document"
_DIGESTS = "write what images there are now to this file, for `inv sign`"
_DRY_RUN = "show what would be done, write nothing"


@task(name="list", help={"json": _JSON})
def list_(context: Context, json: bool = False) -> None:
    """Show the artifacts: last release, commits since, changed or not."""
    with running(context, json) as run:
        from flux.commands.list import list_artifacts
        from flux.report.list import show_listing

        show_listing(run.report, list_artifacts(run.repository, run.settings, run.event))


@task(help={"since": _SINCE, "diff": "show how their files differ, too", "json": _JSON})
def changed(context: Context, since: str | None = None, diff: bool = False, json: bool = False) -> None:
    """Show which artifacts changed, and which files say so."""
    with running(context, json) as run:
        from flux.monorepo.changed import find_changed
        from flux.report.changed import show_changed

        found = find_changed(run.repository, run.settings, run.event, since)
        if not diff:
            show_changed(run.report, found)
            return
        from flux.monorepo.compare import compare

        show_changed(run.report, found, compare(run.repository, run.settings, found))


@task(iterable=["artifact"], help={"artifact": _ARTIFACT, "json": _JSON})
def check(context: Context, artifact: list[str] | None = None, json: bool = False) -> None:
    """Check that artifacts are fit to publish, and the desired state."""
    with running(context, json) as run:
        from flux.commands.check import check as check_artifacts
        from flux.report.check import show_check

        with run.report.working("checking") as on_done:
            checked = check_artifacts(run.repository, run.settings, names(artifact), on_done)
        show_check(run.report, checked)
        if checked.failed:
            raise Exit(code=1)


@task(
    iterable=["artifact"],
    help={
        "artifact": _ARTIFACT,
        "changed": "only what changed, as `inv changed` says",
        "since": f"with --changed: {_SINCE}",
        "digests": _DIGESTS,
        "dry-run": _DRY_RUN,
        "json": _JSON,
    },
)
def build(
    context: Context,
    artifact: list[str] | None = None,
    changed: bool = False,
    since: str | None = None,
    digests: str | None = None,
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Build artifacts and push them with their commit tag and `latest`."""
    with running(context, json) as run:
        from flux.commands.build import plan_build
        from flux.report.build import building, show_build

        plan = plan_build(
            run.repository,
            run.settings,
            run.event,
            names(artifact),
            changed or since is not None,
            since,
            dry_run,
        )
        with building(run.report, len(plan.names), dry_run) as on_result:
            built = plan.build(on_result)
        show_build(run.report, built, digests, dry_run)
        if built.failed:
            raise Exit(code=1)


@task(
    positional=["artifact", "version"],
    help={
        "artifact": "the artifact",
        "version": "a semantic version, or major, minor, patch, prerelease",
        "allow-unchanged": "even if nothing changed since the last release",
        "dry-run": _DRY_RUN,
        "json": _JSON,
    },
)
def release(
    context: Context,
    artifact: str,
    version: str,
    allow_unchanged: bool = False,
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Release an artifact at the commit checked out."""
    with running(context, json) as run:
        from flux.commands.release import create_release, plan_release
        from flux.report.release import show_planned_release, show_released

        forge = run.forge
        planned = plan_release(run.repository, run.settings, forge, artifact, version, allow_unchanged)
        if dry_run:
            show_planned_release(run.report, planned)
        else:
            done = create_release(run.settings, run.event, forge, planned)
            show_released(run.report, done, is_new=planned.release is None)
            if done.failed:
                raise Exit(code=1)


@task(
    positional=["tag"],
    help={"tag": "a release tag", "digests": _DIGESTS, "dry-run": _DRY_RUN, "json": _JSON},
)
def publish(
    context: Context, tag: str, digests: str | None = None, dry_run: bool = False, json: bool = False
) -> None:
    """Build a release's artifact at its commit and push it under the version."""
    with running(context, json) as run:
        from flux.commands.publish import publish as publish_release
        from flux.report.build import show_published

        published = publish_release(run.repository, run.settings, run.event, tag, dry_run)
        show_published(run.report, published, digests, dry_run)
        if published.result and published.result.error:
            raise Exit(code=1)


@task(name="tag", iterable=["artifact"], help={"artifact": _ARTIFACT, "dry-run": _DRY_RUN, "json": _JSON})
def tag_(
    context: Context, artifact: list[str] | None = None, dry_run: bool = False, json: bool = False
) -> None:
    """Converge the environment tags to the desired state at the tip."""
    with running(context, json) as run:
        from flux.commands.tag import converge
        from flux.report.tag import show_convergence, show_plan

        convergence = converge(
            run.repository,
            run.settings,
            run.registry(dry_run),
            names(artifact),
            dry_run,
            run.report.working,
            lambda tip, steps: show_plan(run.report, tip, steps),
        )
        show_convergence(run.report, convergence, dry_run)
        if convergence.failed:
            raise Exit(code=1)


@task(
    iterable=["artifact"],
    help={"artifact": _ARTIFACT, "check": "exit code 1 when anything drifts", "json": _JSON},
)
def status(
    context: Context, artifact: list[str] | None = None, check: bool = False, json: bool = False
) -> None:
    """Show artifacts by environments: desired, actual, drift, open pull requests."""
    with running(context, json) as run:
        from flux.commands.status import status as find_status
        from flux.report.status import show_status

        registry = run.registry(dry_run=True)
        with run.report.working("looking") as on_done:
            found = find_status(
                run.repository, run.settings, registry, run.forge_or_none, names(artifact), on_done
            )
        show_status(run.report, found)
        if found.failed or (check and (found.drifts or found.outdated)):
            raise Exit(code=1)


@task(
    positional=["digests"],
    help={
        "digests": "a file that a command has written with --digests",
        "unattested": "write the images that GitHub has no attestation of to this file, as sha256sum does",
        "dry-run": _DRY_RUN,
        "json": _JSON,
    },
)
def sign(
    context: Context, digests: str, unattested: str | None = None, dry_run: bool = False, json: bool = False
) -> None:
    """Sign images that have no valid signature yet, as a job of GitHub Actions."""
    with running(context, json) as run:
        from pathlib import Path

        from flux.commands.sign import find_unattested
        from flux.commands.sign import sign as sign_images
        from flux.report.sign import show_signing, show_unattested

        with run.report.working("signing") as on_done:
            signing = sign_images(run.settings, run.event, Path(digests), dry_run, on_done)
        show_signing(run.report, signing)
        if unattested and not dry_run:
            show_unattested(run.report, find_unattested(signing, run.forge.is_attested), unattested)
        if signing.failed:
            raise Exit(code=1)


@task(
    name="open",
    default=True,
    positional=["tag"],
    help={"tag": "a release tag", "dry-run": _DRY_RUN, "json": _JSON},
)
def open_(context: Context, tag: str, dry_run: bool = False, json: bool = False) -> None:
    """Open the promotion issue of a release, or find the one there is."""
    with running(context, json) as run, run.writing(dry_run) as forge:
        from flux.commands.issue.open import open_issue
        from flux.report.promotion import show_issue

        show_issue(run.report, open_issue(run.repository, run.settings, run.event, forge, tag))


@task(positional=["number"], help={"number": "a promotion issue", "dry-run": _DRY_RUN, "json": _JSON})
def apply(context: Context, number: str, dry_run: bool = False, json: bool = False) -> None:
    """Turn the boxes ticked in a promotion issue into its pull request."""
    with running(context, json) as run, run.writing(dry_run) as forge:
        from flux.proposals.apply import Applier
        from flux.report.promotion import show_applied

        applied = Applier(run.monorepo(forge)).apply(issue_number(number), run.event)
        show_applied(run.report, applied)
        if applied.failed:
            raise Exit(code=1)


@task(help={"dry-run": _DRY_RUN, "json": _JSON})
def sync(context: Context, dry_run: bool = False, json: bool = False) -> None:
    """Bring promotion issues and pull requests up to date with main and the registry."""
    with running(context, json) as run, run.writing(dry_run) as forge:
        from flux.commands.issue.sync import Syncer
        from flux.report.promotion import show_sync

        syncer = Syncer(run.monorepo(forge))
        with run.report.working("syncing") as on_done:
            synced = syncer.sync(on_done)
        show_sync(run.report, synced)
        if synced.failed:
            raise Exit(code=1)


@task(
    positional=["artifact", "environment"],
    help={
        "artifact": "the artifact",
        "environment": "an environment, or a phase for all of its environments",
        "version": "a published version; the newest stable release by default",
        "dry-run": _DRY_RUN,
        "json": _JSON,
    },
)
def promote(
    context: Context,
    artifact: str,
    environment: str,
    version: str | None = None,
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Open or update the pull request that promotes to an environment or a phase."""
    with running(context, json) as run, run.writing(dry_run) as forge:
        from flux.commands.promote import Promoter
        from flux.report.promotion import show_proposed

        proposed = Promoter(run.monorepo(forge)).promote(artifact, environment, version)
        show_proposed(run.report, proposed)
        if proposed.stopped:
            raise Exit(code=1)


@task(
    positional=["artifact", "environment"],
    help={
        "artifact": "the artifact",
        "environment": "an environment, or a phase for all of its environments",
        "dry-run": _DRY_RUN,
        "json": _JSON,
    },
)
def rollback(
    context: Context, artifact: str, environment: str, dry_run: bool = False, json: bool = False
) -> None:
    """Open the pull request back to the version that an environment had before."""
    with running(context, json) as run, run.writing(dry_run) as forge:
        from flux.commands.promote import Promoter
        from flux.report.promotion import show_proposed

        proposed = Promoter(run.monorepo(forge)).roll_back(artifact, environment)
        show_proposed(run.report, proposed)
        if proposed.stopped:
            raise Exit(code=1)


@task(
    positional=["artifact", "environment"],
    help={
        "artifact": "the artifact",
        "environment": "an environment, or a phase for all of its environments",
        "version": "a published version; the newest stable release by default",
        "json": _JSON,
    },
)
def diff(
    context: Context, artifact: str, environment: str, version: str | None = None, json: bool = False
) -> None:
    """Show what promoting a version would change in an environment, file by file."""
    with running(context, json) as run:
        from flux.commands.diff import diff as find_diff
        from flux.report.diff import show_diff

        registry = run.registry(dry_run=True)
        show_diff(
            run.report, find_diff(run.repository, run.settings, registry, artifact, environment, version)
        )


@task(help={"digests": _DIGESTS, "dry-run": _DRY_RUN, "json": _JSON})
def reconcile(
    context: Context, digests: str | None = None, dry_run: bool = False, json: bool = False
) -> None:
    """Do whatever is due: build, publish, issue, apply, tag, sync."""
    with running(context, json) as run, run.writing(dry_run) as forge:
        from flux.commands.reconcile import Reconciler
        from flux.report.promotion import show_reconciled

        reconciler = Reconciler(run.monorepo(forge, dry_run), run.event, dry_run)
        with run.report.working("reconciling") as on_done:
            done = reconciler.reconcile(on_done)
        show_reconciled(run.report, done, digests, dry_run)
        if done.errors:
            raise Exit(code=1)


@task(
    iterable=["artifact"],
    help={
        "artifact": "an artifact to play it with; the first that is fit by default",
        "folder": "where the clone goes, new or empty; a temporary folder by default",
    },
)
def demo(context: Context, artifact: list[str] | None = None, folder: str | None = None) -> None:
    """Play the whole story on a clone that can be thrown away."""
    with running(context, json=False) as run:
        from flux.commands.demo import beginnings, choose, left_out, plan_demo
        from flux.report.demo import show_beginning, show_end, show_typed, show_why
        from flux.report.text import some
        from flux.shell import Shell, free_folder, name_of_inv

        chosen = choose(run.repository, run.settings, names(artifact))
        files = beginnings(run.repository, run.settings)
        if paths := left_out(run.repository, run.settings):
            run.report.notice(f"not committed, so not in the demo: {some(paths)}")
        place = free_folder(folder)
        with run.repository.clone(place, run.settings.branch, files, "Begin with nothing deployed") as clone:
            plan = plan_demo(run.settings, chosen, clone.tags())
        show_beginning(run.report, plan)
        shell = Shell(place, {**run.variables, **plan.variables})
        for step in plan.steps:
            show_why(run.report, step.why)
            for command in step.typed:
                show_typed(run.report, command)
                shell.type(command)
        show_end(run.report, plan, name_of_inv(), place)


@task(
    help={
        "port": "a port of this machine's loopback, instead of a free one",
        "image": "the registry's image, instead of registry:3",
        "dry-run": _DRY_RUN,
        "json": _JSON,
    }
)
def up(
    context: Context,
    port: str | None = None,
    image: str | None = None,
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Start a local registry in a container, or find the one that runs."""
    with running(context, json) as run:
        from flux.commands.local_registry import bring_up
        from flux.report.local_registry import show_up

        with run.report.working("starting"):
            local = bring_up(port, image, dry_run)
        show_up(run.report, local, dry_run)


@task(help={"purge": "drop its data too", "dry-run": _DRY_RUN, "json": _JSON})
def down(context: Context, purge: bool = False, dry_run: bool = False, json: bool = False) -> None:
    """Stop the local registry."""
    with running(context, json) as run:
        from flux.commands.local_registry import bring_down
        from flux.report.local_registry import show_down

        show_down(run.report, bring_down(purge, dry_run), dry_run)


@task(help={"json": _JSON})
def doctor(context: Context, json: bool = False) -> None:
    """Check that all the commands need is here, with the fix for what is not."""
    with reporting(json) as report:
        from flux.commands.doctor import examine
        from flux.report.doctor import show_doctor

        lines = examine(*configuration(context), open_repository, open_forge)
        if show_doctor(report, lines).failed:
            raise Exit(code=1)


ns = Collection(
    *(list_, changed, check, build, release, publish, sign, tag_, status, diff, promote, rollback),
    *(reconcile, doctor, demo),
)
ns.add_collection(Collection("issue", open_, apply, sync))
ns.add_collection(Collection("registry", up, down))
