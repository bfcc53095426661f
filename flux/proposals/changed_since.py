"""Finds the environments that main has changed since a box was ticked, by the forge's clock."""

from collections.abc import Collection, Mapping

from flux.errors import DesiredStateError
from flux.forge.forge import PullState
from flux.monorepo.desired_history import DesiredVersions, change_of, history
from flux.monorepo.monorepo import Monorepo
from flux.promotion.desired import parse_artifact
from flux.promotion.proposal import Promotion


def changed_since(
    monorepo: Monorepo, artifact: str, commit: str, environments: Collection[str], since: float
) -> set[str]:
    """Return those of the environments that main has given another version since a time.

    The forge tells what main was then, because it knows when it received each push and merged each pull
    request. If it does not tell, the commit's time counts. A commit time in the future is ignored.
    """
    if not environments:
        return set()
    states = list(history(monorepo, artifact, commit))
    changes = {environment: change_of(states, environment) for environment in environments}
    then = monorepo.forge.tip_at(monorepo.settings.branch, since)
    if then is not None and monorepo.git.obtain(then):
        had = _versions(monorepo, artifact, then)
        has = states[0].versions if states else {}
        return {
            environment
            for environment, change in changes.items()
            if had.get(environment) != has.get(environment)
            or (change and monorepo.git.merge_base(change.commit, then) != change.commit)
        }
    return {
        environment
        for environment, change in changes.items()
        if change and _is_later(monorepo, artifact, environment, change, since)
    }


def has_seen(monorepo: Monorepo, time: float) -> bool:
    """Whether the forge tells what main was at a time."""
    then = monorepo.forge.tip_at(monorepo.settings.branch, time)
    return then is not None and monorepo.git.obtain(then)


def _versions(monorepo: Monorepo, artifact: str, commit: str) -> Mapping[str, str]:
    """Return an artifact's versions at a commit, empty if the file is invalid."""
    path = monorepo.settings.releaseconfig
    try:
        return parse_artifact(path, monorepo.git.file(commit, path), artifact)
    except DesiredStateError:
        return {}


def _is_later(
    monorepo: Monorepo, artifact: str, environment: str, change: DesiredVersions, since: float
) -> bool:
    version = change.versions.get(environment)
    merged = _merged(monorepo, Promotion(artifact, version), change.commit) if version else None
    if merged is not None:
        return merged > since
    return since < change.time <= monorepo.forge.now()


def _merged(monorepo: Monorepo, promotion: Promotion, commit: str) -> float | None:
    """Return when the forge merged the pull request with this merge commit; None if there is none."""
    pulls = monorepo.forge.pull_requests(PullState.MERGED, promotion.branch)
    return next((pull.merged for pull in pulls if pull.merge_commit == commit and pull.merged), None)
