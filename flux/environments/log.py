"""Reads the history of environments: every change of the desired state, from git."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from semver import Version

from flux.errors import FluxError, TipUnknownError
from flux.forge.forge import PullRequest, PullState
from flux.monorepo.monorepo import Monorepo
from flux.notice import AnyNotice, Notice
from flux.parallel import in_parallel
from flux.promotion.proposal import Promotion
from flux.promotion.timeline import LogEntry, Recorded, timeline

Choose = Callable[[Sequence[LogEntry]], Sequence[LogEntry]]
"""Selects entries of the whole history. The newest come first."""

_CLOCKS_DIFFER = 60  # seconds between a commit of a merge and the merge
_MOST_ASKED_ABOUT = 50
"""Reviews are read only for this number of the newest pull requests."""


@dataclass(frozen=True)
class Logged:
    """One change. `released` is when its version was released, in seconds since the epoch, or None if no tag
    tells. `pull` is its pull request, `approved` are logins: both only if the forge was asked and knows."""

    entry: LogEntry
    released: float | None = None
    pull: PullRequest | None = None
    approved: tuple[str, ...] = ()

    @property
    def time(self) -> float:
        """The time of the merge by the clock of the forge, or else of the committer."""
        return self.pull.merged if self.pull and self.pull.merged else self.entry.time

    @property
    def delay(self) -> float | None:
        """The time from the release to the change, in seconds."""
        return None if self.released is None else self.time - self.released


@dataclass(frozen=True)
class Log:
    """The changes, the newest first. `unasked` is the number of older pull requests whose reviews and merger
    the forge was not asked about."""

    changes: list[Logged]
    notices: list[AnyNotice] = field(default_factory=list)
    unasked: int = 0


def read_log(monorepo: Monorepo, choose: Choose = list) -> Log:
    """Return the changes of the desired state that `choose` selects, or all.

    It reads the whole history, also from before this tool and with other settings.
    """
    notices: list[AnyNotice] = []
    entries = choose(list(timeline(_recorded(monorepo, _tip(monorepo, notices)))))
    return _told(monorepo, entries, notices)


def _tip(monorepo: Monorepo, notices: list[AnyNotice]) -> str:
    try:
        return monorepo.tip
    except TipUnknownError as unknown:
        if known := monorepo.git.last_known_tip(monorepo.settings.branch):
            notices.append(Notice(unknown, then="only this clone was read"))
            return known
        raise


def _recorded(monorepo: Monorepo, commit: str) -> Iterable[Recorded]:
    git = monorepo.git
    changes = list(git.file_log(commit, monorepo.settings.releaseconfig))
    with git.expecting([change.blob for change in changes if change.blob]):
        for change in changes:
            content = b"".join(git.open(change.blob).pieces) if change.blob else None
            yield Recorded(change.commit, change.time, content, change.messages, change.merged)


def _told(monorepo: Monorepo, entries: Sequence[LogEntry], notices: list[AnyNotice]) -> Log:
    """Return the entries with data from tags and the forge."""
    if not entries:
        return Log([], notices)
    released = _release_times(monorepo, entries)
    pulls: dict[int, PullRequest] = {}
    numbers: list[int | None] = [None] * len(entries)
    approved: Mapping[int, tuple[str, ...]] = {}
    unasked: Sequence[int] = ()
    try:
        merged = Merged(monorepo.forge.pull_requests(PullState.MERGED))
        numbers = [merged.number_of(entry) for entry in entries]
        pulls = dict(merged.by_number)
        found = list(dict.fromkeys(number for number in numbers if number))
        asked, unasked = found[:_MOST_ASKED_ABOUT], found[_MOST_ASKED_ABOUT:]
        for number, pull, who in in_parallel(monorepo.settings.jobs, partial(_look, monorepo), asked):
            pulls[number] = pull or pulls[number]
            approved = {**approved, number: who}
    except FluxError as error:
        what = "who approved and merged is" if pulls else "pull requests, and who approved and merged, are"
        notices.append(Notice(error, f"{what} not shown{' for all' if pulls else ''}"))
    changes = [
        Logged(
            entry,
            released.get((entry.artifact, entry.after or "")),
            pulls.get(number) if number else None,
            approved.get(number, ()) if number else (),
        )
        for entry, number in zip(entries, numbers, strict=True)
    ]
    return Log(changes, notices, len(unasked))


class Merged:
    """The merged pull requests, with a lookup by change."""

    def __init__(self, pulls: Iterable[PullRequest]) -> None:
        self.by_number = {pull.number: pull for pull in pulls}
        self._by_commit = {p.merge_commit: p.number for p in self.by_number.values() if p.merge_commit}
        self._by_head = {pull.head: pull.number for pull in self.by_number.values() if pull.head}
        self._by_branch: dict[str, list[PullRequest]] = {}
        for pull in self.by_number.values():
            self._by_branch.setdefault(pull.branch, []).append(pull)

    def number_of(self, entry: LogEntry) -> int | None:
        """Return the pull request of a change: the one with this merge commit or head, or else the one that
        the subject of the commit names, or whose branch was rebased."""
        heads = (self._by_head.get(commit) for commit in (entry.commit, *entry.merged))
        found = self._by_commit.get(entry.commit) or next(filter(None, heads), None)
        return found or (entry.pull if entry.pull in self.by_number else self._rebased(entry))

    def _rebased(self, entry: LogEntry) -> int | None:
        """Return the next merged pull request of the promotion. A rebase makes new commits, and the forge
        knows only the last of them."""
        if not self._by_branch or not entry.promotes or entry.after is None:
            return None
        same = self._by_branch.get(Promotion(entry.artifact, entry.after).branch, ())
        times = ((pull.merged, pull.number) for pull in same if pull.merged is not None)
        return min((each for each in times if each[0] >= entry.time - _CLOCKS_DIFFER), default=(0, None))[1]


def _look(monorepo: Monorepo, number: int) -> tuple[int, PullRequest | None, tuple[str, ...]]:
    """Return the number, the pull request, and the logins that approve it."""
    last = {review.who: review.approves for review in monorepo.forge.reviews(number)}
    approvers = tuple(who for who, approves in last.items() if approves)
    return number, monorepo.forge.pull_request(number), approvers


def _release_times(monorepo: Monorepo, entries: Sequence[LogEntry]) -> dict[tuple[str, str], float]:
    """Return when each version was released, from the tags of this clone."""
    form, tags = monorepo.settings.tag_form, monorepo.git.tags()
    brought = {(entry.artifact, entry.after) for entry in entries if entry.after}
    wanted = {(name, version): form.render(name, Version.parse(version)) for name, version in brought}
    there = {tag: tags[tag] for tag in wanted.values() if tag in tags}
    times = monorepo.git.made(there)
    return {key: times[tag] for key, tag in wanted.items() if tag in times}
