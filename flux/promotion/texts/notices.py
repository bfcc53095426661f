"""The texts about ticks, in comments and notices. Each docstring says what a text is for."""

from collections.abc import Iterable, Mapping

from flux.errors import FluxError
from flux.listing import listed
from flux.promotion.clusters.health import Health
from flux.promotion.ledger import Decision
from flux.promotion.phase_order import Skipped
from flux.promotion.refusal import PromotionRefusal
from flux.promotion.texts.health import message
from flux.promotion.texts.mentions import mention
from flux.promotion.texts.refusals import refused
from flux.promotion.texts.undoing import REMOVED, alteration, untick_reason
from flux.promotion.undoing import Alteration, UntickReason
from flux.release.markdown import code, plain

MENDED = "Somebody had altered the hidden first line of this issue, or its boxes. They are restored."
NOTHING_YET = "Nothing is promoted yet."
RUNS_AGAIN = "What failed runs again, so the rollback is not needed. Nobody had asked for it or approved it."

_MOST_NAMES = 10
_LONGEST_NAME = 40


def edit_undone(sender: str, what: Alteration) -> str:
    """For an edit that altered what tools read."""
    return f"{mention(sender)}: this edit {alteration(what)}, so it was undone as a whole."


def edit_refused(sender: str) -> str:
    """For an edit of an issue that somebody had altered before."""
    return (
        f"{mention(sender)}: an earlier edit had altered the hidden first line. It is restored. "
        "What you ticked was not applied: tick it again if you still want it."
    )


def ticks_undone(sender: str, refusals: Mapping[str, PromotionRefusal]) -> str:
    """For boxes that somebody ticked or unticked without permission, each with the reason."""
    return f"{mention(sender)} may not promote here, so this was undone: {refused(refusals)}."


def of_the_automation(sender: str) -> str:
    """For a tick by the account whose token the automation uses."""
    return (
        f"{mention(sender)}: this tick does not count, because the automation uses a token of this "
        "account. Tick the box with another account, or give the automation its own account."
    )


def put_back(sender: str) -> str:
    """For an edit that our own edit overwrote at the same time."""
    return f"{mention(sender)}: the automation overwrote your edit. It is restored."


def superseded(version: str, url: str) -> str:
    """For a pull request of a rule, when a newer version replaces it."""
    return f"The rule takes {version} there instead: {url}. Nobody had asked for this version or approved it."


def fails(environment: str, version: str, health: Health) -> str:
    """For a version that a cluster cannot run."""
    said = f"❌ `{environment}` fails with {version}: {plain(message(health))}."
    return f"{said} It goes to no later phase while it does."


def not_proposed(error: FluxError) -> str:
    """For a terminal, when the version of ticked boxes may not be proposed now."""
    return f"What was ticked is not proposed: {plain(error.message)}. Tick it again when that is fixed."


def skipped(version: str, ahead: Skipped) -> str:
    """For a pull request that skips environments of an earlier phase."""
    names = ", ".join(f"`{environment}`" for environment in ahead.behind)
    later = ", ".join(f"`{phase}`" for phase in ahead.later)
    own = "" if ahead.behind == (ahead.phase,) else f" (phase `{ahead.phase}`)"
    come = "comes" if len(ahead.behind) == 1 else "come"
    return f"{version} is not yet in {names}{own}, which {come} before {later}."


def prerelease(version: str, phase: str) -> str:
    """For a pull request that brings a prerelease to the last phase."""
    return f"{version} is a **prerelease**, and `{phase}` is the last phase."


def unticked(environments: Iterable[str], reason: UntickReason) -> str:
    """For boxes that we unticked."""
    names = ", ".join(f"`{environment}`" for environment in environments)
    return f"Unticked {names}: {untick_reason(reason)}."


def noted(decision: Decision) -> str:
    """For a decision that changes nothing now, but overrides older ones that may still arrive."""
    names = ", ".join(f"`{environment}`" for environment in decision.environments)
    what = "wants" if decision.asks else "does not want"
    return f"Noted: {code(decision.who)} {what} {names}. Nothing has to change for that now."


def not_published(artifact: str, version: str) -> str:
    """For a pull request whose version was deleted from the registry."""
    return (
        f"The registry does not have `{artifact}` {version} any more. If this is merged, the environments "
        "keep what they have. Publish the version again first, or close this pull request."
    )


def removed(artifact: str) -> str:
    """For a pull request whose artifact is gone."""
    return f"{artifact}: {REMOVED}."


def stray(error: FluxError) -> str:
    """For a pull request whose artifact is desired in an unknown environment."""
    return f"No tag of it moves until that is fixed: {plain(error.message)}."


def left_to_people(url: str) -> str:
    """For a pull request with auto-merge, when it has changes that a person must merge."""
    return f"Auto-merge of {url} is switched off: a person has to merge what it changes now."


def foreign_commit(branch: str, commit: str, has_request: bool) -> str:
    """For a branch that somebody else has committed to."""
    what = "merge or close its pull request" if has_request else "delete the branch"
    return (
        f"{branch} has a commit that is not the automation's, {commit[:12]}, "
        f"and stays as it is: {what}, or remove the commit from the branch"
    )


def outlived(branch: str, over: str, now: str) -> str:
    """For a pull request that somebody opened from the branch of an earlier one, which is over."""
    return (
        f"{branch} was the branch of {over}, which is over, so nothing on it counts. {now} stays as it is: "
        "close it, then ask again for what you want"
    )


def same_promotion(url: str) -> str:
    """For the younger of two issues of one promotion."""
    return f"The same promotion is in {url}."


def boxes_ignored(names: Iterable[str]) -> str:
    """For boxes that are not ours. Their names can be any text."""
    return f"Boxes that name no environment and are ignored: {_as_code(names)}."


def boxes_repeated(names: Iterable[str]) -> str:
    """For boxes that somebody has copied."""
    return f"Of these only the first box counts: {_as_code(names)}."


def _as_code(names: Iterable[str]) -> str:
    return listed([code(name[:_LONGEST_NAME]) for name in names], _MOST_NAMES)


def issues_with(label: str) -> str:
    """Return where promotions are made, if no issue is known."""
    return f"the issues with the label `{label}` that `inv issue TAG` opens"


def moved_on(where: str) -> str:
    """For the one comment on an issue of an earlier system."""
    return (
        f"Promotions are made on {where} now. The boxes of this issue have no effect any more: a tick"
        " here is undone, and answered with a comment."
    )


def tick_answered(environments: Iterable[str], who: str, where: str) -> str:
    """For ticks in an issue of an earlier system. `who` is a mention, or empty if unknown."""
    names = ", ".join(f"`{name}`" for name in environments)
    to = f"{who}: " if who else ""
    return f"{to}nothing was promoted by ticking {names} here, and it is unticked. Tick it on {where}."
