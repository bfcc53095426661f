"""Finds the promotion issues that count, and writes to them."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256

from semver import Version

from flux.errors import ForgeRefusedError, IssueError
from flux.forge.forge import Comment, Issue
from flux.monorepo.monorepo import Monorepo
from flux.notice import AnyNotice, Notice, distinct
from flux.promotion.foreign import (
    Disagreement,
    NoLabel,
    NoRelease,
    NotOurs,
    OtherComment,
    OtherTitle,
    StrangeAuthor,
)
from flux.promotion.ledger import MOST_AHEAD, Decision, read_decision, render_decision
from flux.promotion.marker import read_key, read_marker, render_key
from flux.promotion.proposal import Promotion
from flux.promotion.texts import notices as say
from flux.promotion.texts.foreign import foreign_issue
from flux.promotion.texts.issue import issue_title, read_title
from flux.proposals.authority import Authority
from flux.regex import regex

_MOST_WRITES = 5
_NOTED = "noted "
_STANDING = regex(r"standing (?P<artifact>\S+) (?P<version>\S+)")


class PromotionIssues:
    """The promotion issues of one forge."""

    def __init__(self, monorepo: Monorepo, authority: Authority | None = None) -> None:
        self._monorepo = monorepo
        self._settings = monorepo.settings
        self._forge = monorepo.forge
        self.authority = authority or Authority(monorepo)
        self._read: dict[int, list[Comment]] = {}
        self._exact: set[int] = set()
        self.warnings: list[AnyNotice] = []
        """Comments that failed, and issues that look like ours but are not."""

    def fault(self, issue: Issue) -> NotOurs | None:
        """Return why an issue is not ours, whatever its text says; None if it is one."""
        if self._settings.label.casefold() not in {label.casefold() for label in issue.labels}:
            return NoLabel(self._settings.label)
        return None if self.authority.is_trusted(issue.author) else StrangeAuthor(issue.author)

    def was_ours(self, issue: Issue) -> bool:
        """Whether an issue that is not ours was one before: it has the label or our comment. An outsider
        can add neither."""
        labels = {label.casefold() for label in issue.labels}
        return self._settings.label.casefold() in labels or self.told(issue.number) is not None

    def all(self) -> list[tuple[Issue, Promotion]]:
        """Return every promotion issue, open or closed, the oldest first. The promotion of an open issue is
        found even if its marker was altered."""
        found = []
        for issue in self._forge.issues(self._settings.label):
            if fault := self.fault(issue):
                if issue.open and read_marker(issue.body):
                    self._warn(foreign_issue(issue.number, fault))
                continue
            promotion = self.promotion(issue) if issue.open else read_marker(issue.body)
            if promotion:
                found.append((issue, promotion))
        return found

    def of(self, promotion: Promotion) -> list[Issue]:
        """Return the issues of a promotion. Usually there is one."""
        return [issue for issue, of in self.all() if of == promotion]

    def noted(self, promotion: Promotion) -> list[Decision]:
        """Return the decisions in comments of each issue whose title or marker names a promotion."""
        return [
            decision
            for issue in self._forge.issues(self._settings.label)
            if promotion in (read_title(issue.title), read_marker(issue.body)) and not self.fault(issue)
            for decision in self.written(issue.number)
        ]

    def strangers(self, promotion: Promotion) -> list[str]:
        """Return the bots that opened an issue for a promotion and are not in the settings."""
        return [
            issue.author
            for issue in self._forge.issues(self._settings.label)
            if issue.author.endswith("[bot]") and self.fault(issue) and read_marker(issue.body) == promotion
        ]

    def promotion(self, issue: Issue, body: str | None = None) -> Promotion | None:
        """Return the promotion that the title names, if the marker or our comment agrees. Otherwise return
        that of our comment, or else of the marker. `body` is read instead of the current body."""
        marked, told = read_marker(issue.body if body is None else body), self.told(issue.number)
        titled = read_title(issue.title)
        return titled if titled and titled in (marked, told) else told or marked

    def disagreement(self, issue: Issue, promotion: Promotion) -> Disagreement | None:
        """Return why an issue is not about a promotion, beside its marker; None if there is no reason.

        A person who may edit an issue can change its title, marker and our comment together. The first title
        stays in the history. Raises GitError if the repository with the release tags does not answer.
        """
        told, title = self.told(issue.number), issue_title(promotion.artifact, promotion.version)
        first = self._forge.first_title(issue.number).strip()
        if issue.title.strip() != title or first != title:
            return OtherTitle(first if read_title(first) else title)
        if told and told != promotion:
            return OtherComment(told)
        tag = self._settings.tag_form.render(promotion.artifact, Version.parse(promotion.version))
        return None if tag in self._monorepo.home_tags else NoRelease(tag)

    def told(self, number: int) -> Promotion | None:
        """Return the promotion that our comment names. Fewer people may edit the comment than the body."""
        for comment in self._comments(number):
            said = _STANDING.fullmatch(read_key(comment.body) or "")
            promotion = Promotion(said["artifact"], said["version"]) if said else None
            if promotion and promotion.is_fit and self.authority.is_ours(comment.author):
                return promotion
        return None

    def write_down(self, number: int, decisions: Iterable[Decision]) -> None:
        """Record decisions that no commit records, with a comment for each."""
        for decision in decisions:
            there = {replace(written, issue=None) for written in self.written(number)}
            if replace(decision, issue=None) not in there:
                body = f"{render_key(_NOTED + render_decision(decision))}\n{say.noted(decision)}\n"
                self._comment(number, body)

    def written(self, number: int) -> list[Decision]:
        """Return the decisions that comments record: all in our comments, in others only the author's own.
        Edited comments are ignored."""
        if any(map(_noted, self._comments(number))):
            self._read_exactly(number)
        found = []
        for comment in self._comments(number):
            decision = _noted(comment)
            if decision and self.authority.is_ours(comment.author):
                found.append(decision)
            elif decision and self._is_own(decision, comment):
                # Only the job of an issue's edit may say what the edit decided.
                found.append(replace(decision, issue=None))
        return found

    def _is_own(self, decision: Decision, comment: Comment) -> bool:
        """Whether a comment records its author's own decision, and the author may make it. A decision that
        is dated after the comment does not count."""
        said = comment.created is None or decision.time <= comment.created + MOST_AHEAD
        own = decision.who == comment.author and said
        return own and not self.authority.refusals(comment.author, decision.environments)

    def note(self, number: int, about: Iterable[str], text: str) -> None:
        """Add a comment, unless there is already one about the same thing, `about`."""
        about = tuple(about)
        if not self.has_noted(number, about):
            self.tell(number, _key(about), text)

    def has_noted(self, number: int, about: Iterable[str]) -> bool:
        """Whether the automation has an unedited comment about something."""
        key = _key(about)
        return any(
            read_key(comment.body) == key
            and not comment.edited
            and self.authority.is_automation(comment.author)
            for comment in self._comments(number)
        )

    def tell(self, number: int, key: str, text: str) -> None:
        """Add a comment that can be found again by its key."""
        self._comment(number, f"{render_key(key)}\n{text}\n")

    def keys(self, number: int) -> list[str]:
        """Return the keys of the automation's comments that were not edited."""
        return [
            key
            for comment in self._comments(number)
            if (key := read_key(comment.body))
            and not comment.edited
            and self.authority.is_ours(comment.author)
        ]

    def begin(self, number: int, promotion: Promotion, text: str) -> None:
        """Add the status comment if there is none yet."""
        if self.told(number) is None:
            self.stand(number, promotion, text)

    def stand(self, number: int, promotion: Promotion, text: str) -> None:
        """Update the status comment, or add it."""
        body = f"{render_key(f'standing {promotion.artifact} {promotion.version}')}\n{text}"
        comments = self._comments(number)
        for at, comment in enumerate(comments):
            if _STANDING.fullmatch(read_key(comment.body) or "") and self.authority.is_trusted(
                comment.author
            ):
                if comment.body.strip() != body.strip():
                    with self._bearing():
                        self._forge.edit_comment(number, comment.id, body)
                        comments[at] = replace(comment, body=body)
                return
        self._comment(number, body)

    def _comment(self, number: int, body: str) -> None:
        with self._bearing():
            self._comments(number).append(self._forge.create_comment(number, body))

    @contextmanager
    def _bearing(self) -> Iterator[None]:
        """Turn the forge's refusal of a comment, as on a locked issue, into a warning."""
        try:
            yield
        except ForgeRefusedError as error:
            self._warn(Notice(error, then=error.hint))

    def _warn(self, warning: AnyNotice) -> None:
        self.warnings = distinct([*self.warnings, warning])

    def _comments(self, number: int) -> list[Comment]:
        """Return the comments on an issue. They are fetched once, and our new ones are added."""
        if number not in self._read:
            self._read[number] = list(self._forge.comments(number))
        return self._read[number]

    def _read_exactly(self, number: int) -> None:
        """Find out which comments were edited, also in the second in which they were made."""
        if number not in self._exact:
            self._exact.add(number)
            told = list(self._forge.comments(number, exact=True))
            known = {comment.id for comment in told}
            self._read[number] = told + [each for each in self._comments(number) if each.id not in known]

    def rewrite(self, number: int, change: Callable[[str], str]) -> None:
        """Change the current body, then read it again: a person may have edited it at the same time."""
        for _ in range(_MOST_WRITES):
            issue = self._forge.issue(number)
            if issue is None:
                raise IssueError(f"issue {number} is gone", "was it deleted or moved meanwhile?")
            if (body := change(issue.body)) == issue.body:
                return
            self._forge.edit_issue(number, body=body)


def _noted(comment: Comment) -> Decision | None:
    """Return the decision that an unedited comment records."""
    key = "" if comment.edited else read_key(comment.body) or ""
    return read_decision(key.removeprefix(_NOTED)) if key.startswith(_NOTED) else None


def _key(about: Iterable[str]) -> str:
    """Return the key of a comment about something."""
    return sha256("\0".join(about).encode("utf-8", "replace")).hexdigest()[:16]
