"""Answers issues of an earlier promotion system. They promote nothing here."""

from collections.abc import Collection

from flux.event import IssueEdit
from flux.forge.forge import Issue
from flux.monorepo.monorepo import Monorepo
from flux.promotion.earlier_issues import (
    earlier_boxes,
    earlier_ticks,
    told_release,
    untick_earlier,
)
from flux.promotion.foreign import StrangeAuthor
from flux.promotion.marker import read_marker
from flux.promotion.proposal import Promotion
from flux.promotion.texts.mentions import mention
from flux.promotion.texts.notices import issues_with, moved_on, tick_answered
from flux.proposals.applied import Applied
from flux.proposals.issues import PromotionIssues
from flux.regex import regex

_KEY = "earlier system: "
_TICKED = regex(rf"{_KEY}(?P<names>[A-Za-z0-9._, -]*)")


class EarlierIssues:
    """Answers the issues of an earlier system that have our label and were not written by an outsider."""

    def __init__(self, monorepo: Monorepo, issues: PromotionIssues) -> None:
        self._monorepo = monorepo
        self._forge = monorepo.forge
        self._issues = issues

    def is_one(self, issue: Issue) -> bool:
        """Whether an issue belongs to an earlier system, and is not one of ours.

        Its author may be any bot: the earlier system may have had an App of its own. An outsider has no bot
        here, and cannot add the label.
        """
        if not earlier_boxes(issue.body) or read_marker(issue.body):
            return False
        fault = self._issues.fault(issue)
        return fault is None or (isinstance(fault, StrangeAuthor) and issue.author.endswith("[bot]"))

    def answered(self, issue: Issue, change: IssueEdit | None = None) -> Applied | None:
        """Answer such an issue, or an edit of it. Return None if it is not one, or if there is nothing to say
        because it is closed."""
        ticked = earlier_ticks(change.after) - earlier_ticks(change.before) if change else set()
        if not (issue.open or ticked) or not self.is_one(issue):
            return None
        done = self.answer_edit(issue, change) if change else self.answer(issue)
        return Applied(issue.number, notices=done)

    def answer_all(self) -> tuple[str, ...]:
        """Answer each open one. Return what was done."""
        found = self._forge.issues(self._monorepo.settings.label)
        return tuple(
            said for issue in found if issue.open and self.is_one(issue) for said in self.answer(issue)
        )

    def answer(self, issue: Issue) -> tuple[str, ...]:
        """Say once where promotions are made now, and undo each later tick. Return what was done.

        While the forge refuses the comment, as on a locked issue, no tick is undone.
        """
        where, told = self._where(issue), self._told(issue)
        if told is None:
            return self._begin(issue, earlier_ticks(issue.body), where)
        ticked = earlier_ticks(issue.body) - set(told.split(", "))
        return self._undo(issue, ticked, "", str(issue.updated), where)

    def answer_edit(self, issue: Issue, change: IssueEdit) -> tuple[str, ...]:
        """Do the same for one edit, and tell its sender. Earlier ticks stay."""
        where = self._where(issue)
        done = self._begin(issue, earlier_ticks(change.before), where)
        ticked = earlier_ticks(change.after) - earlier_ticks(change.before)
        return (*done, *self._undo(issue, ticked, mention(change.sender), str(change.time), where))

    def _begin(self, issue: Issue, ticked: Collection[str], where: str) -> tuple[str, ...]:
        """Write the one comment. It records the ticks until now, which the earlier system has handled."""
        if self._told(issue) is not None:
            return ()
        self._issues.tell(issue.number, _KEY + ", ".join(sorted(ticked)), moved_on(where))
        return (f"issue {issue.number}: it is of an earlier system, and says where promotions are made now",)

    def _undo(
        self, issue: Issue, ticked: Collection[str], who: str, occasion: str, where: str
    ) -> tuple[str, ...]:
        if not ticked:
            return ()
        names = sorted(ticked)
        self._issues.note(issue.number, ("earlier tick", occasion, *names), tick_answered(names, who, where))
        self._issues.rewrite(issue.number, lambda body: untick_earlier(body, ticked))
        return (f"issue {issue.number}: unticked {', '.join(names)}, which is of an earlier system",)

    def _told(self, issue: Issue) -> str | None:
        """Return the ticks that our comment records; None if there is no such comment."""
        for key in self._issues.keys(issue.number):
            if found := _TICKED.fullmatch(key):
                return found["names"]
        return None

    def _where(self, issue: Issue) -> str:
        """Return the URL of the issue that promotes this release, or else a text about all of ours."""
        settings = self._monorepo.settings
        tag = told_release(issue.title, issue.body, settings.tag_form, self._monorepo.home_tags)
        parsed = settings.tag_form.parse(tag) if tag else None
        if parsed:
            ours = self._issues.of(Promotion(parsed[0], str(parsed[1])))
            if ours:
                return next((one.url for one in ours if one.open), ours[-1].url)
        return issues_with(settings.label)
