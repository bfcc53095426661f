"""When main gave environments their versions, by the forge's clock rather than by a committer's."""

from collections.abc import Collection

from flux.forge.forge import PullState
from flux.monorepo.history import change_of, history
from flux.monorepo.monorepo import Monorepo
from flux.promotion.proposal import Promotion


def changed_since(
    monorepo: Monorepo, artifact: str, tip: str, environments: Collection[str], since: float
) -> dict[str, float]:
    """Of environments, those that main has given another version since a time, and when.

    The forge says when it merged a pull request. Of what was pushed by hand there is the committer's word
    alone: a time that has not come yet is none, and blocks nobody.
    """
    if not environments:
        return {}
    states, times = list(history(monorepo, artifact, tip)), {}
    for environment in environments:
        change = change_of(states, environment)
        if change is None:
            continue
        version = change.versions.get(environment)
        merged = _merged(monorepo, Promotion(artifact, version), change.commit) if version else None
        time = change.time if merged is None else merged
        if time > since and (merged is not None or time <= monorepo.forge.now()):
            times[environment] = float(time)
    return times


def _merged(monorepo: Monorepo, promotion: Promotion, commit: str) -> float | None:
    """When the forge merged the pull request that brought a commit; None where none is known."""
    pulls = monorepo.forge.pull_requests(PullState.MERGED, promotion.branch)
    return next((pull.merged for pull in pulls if pull.merge_commit == commit and pull.merged), None)
