"""Promotion issues: which of them count, and what is written to them."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256

from semver import Version

from flux.errors import ForgeRefusedError, IssueError
from flux.forge.forge import Comment, Issue
from flux.monorepo.monorepo import Monorepo
from flux.promotion.boxes import untick
from flux.promotion.ledger import MOST_AHEAD, Decision, read_decision, render
from flux.promotion.marker import read_key, read_marker, render_key
from flux.promotion.proposal import Promotion
from flux.promotion.texts import notices as say
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
        self.warnings: list[str] = []
        """What could not be told, and which issues are not ours though they look so."""

    def fault(self, issue: Issue) -> str:
        """Why an issue is not ours, whatever its text says; empty where it is one."""
        if self._settings.label.casefold() not in {label.casefold() for label in issue.labels}:
            return f"it does not have the label {self._settings.label}"
        if not self.authority.is_trusted(issue.author):
            return f"its author, {issue.author}, may not write here but is not in the setting `automation`"
        return ""

    def was_ours(self, issue: Issue) -> bool:
        """Whether an issue that is not ours was one: it has the label, or our comment, which no outsider
        can give it."""
        labels = {label.casefold() for label in issue.labels}
        return self._settings.label.casefold() in labels or self.told(issue.number) is not None

    def all(self) -> list[tuple[Issue, Promotion]]:
        """Every promotion issue, open or closed, the oldest first; what was altered in an open one is put
        right before."""
        found = []
        for issue in self._forge.issues(self._settings.label):
            if fault := self.fault(issue):
                if issue.open and read_marker(issue.body):
                    self._warn(f"issue {issue.number} is not a promotion issue of this repository: {fault}")
                continue
            promotion = self.promotion(issue) if issue.open else read_marker(issue.body)
            if promotion:
                found.append((issue, promotion))
        return found

    def of(self, promotion: Promotion) -> list[Issue]:
        """The issues of a promotion; there should be one."""
        return [issue for issue, of in self.all() if of == promotion]

    def noted(self, promotion: Promotion) -> list[Decision]:
        """The decisions that the comments record of every issue that says to be about a promotion."""
        return [
            decision
            for issue in self._forge.issues(self._settings.label)
            if promotion in (read_title(issue.title), read_marker(issue.body)) and not self.fault(issue)
            for decision in self.written(issue.number)
        ]

    def strangers(self, promotion: Promotion) -> list[str]:
        """Bots that have opened an issue for a promotion, and whom the settings do not know."""
        return [
            issue.author
            for issue in self._forge.issues(self._settings.label)
            if issue.author.endswith("[bot]") and self.fault(issue) and read_marker(issue.body) == promotion
        ]

    def promotion(self, issue: Issue, body: str | None = None) -> Promotion | None:
        """What an issue is about: what its title says, where its marker or our comment says so too; else
        whatever these two say. `body` is to be read instead of the one that it has now."""
        marked, told = read_marker(issue.body if body is None else body), self.told(issue.number)
        titled = read_title(issue.title)
        return titled if titled and titled in (marked, told) else told or marked

    def disagreement(self, issue: Issue, promotion: Promotion) -> str:
        """What speaks against an issue being about a promotion, beside its marker; empty where nothing does.

        Whoever may edit an issue can change its title, its marker and our comment together. The title that it
        was opened with stays. Raises GitError where the home of release tags does not answer.
        """
        told, title = self.told(issue.number), issue_title(promotion.artifact, promotion.version)
        first = self._forge.first_title(issue.number).strip()
        if issue.title.strip() != title or first != title:
            return f"its title was {first if read_title(first) else title}"
        if told not in (None, promotion):
            return f"a comment of the automation here was changed to say {told.artifact} {told.version}"
        tag = self._settings.tag_form.render(promotion.artifact, Version.parse(promotion.version))
        return "" if tag in self._monorepo.home_tags else f"there is no release {tag}"

    def told(self, number: int) -> Promotion | None:
        """What our comment on an issue says that it is about; fewer people may edit that than the body."""
        for comment in self._comments(number):
            said = _STANDING.fullmatch(read_key(comment.body) or "")
            promotion = Promotion(said["artifact"], said["version"]) if said else None
            if promotion and promotion.is_fit and self.authority.is_ours(comment.author):
                return promotion
        return None

    def write_down(self, number: int, decisions: Iterable[Decision]) -> None:
        """Record decisions that no commit records, a comment each."""
        for decision in decisions:
            there = {replace(written, issue=None) for written in self.written(number)}
            if replace(decision, issue=None) not in there:
                body = f"{render_key(_NOTED + render(decision))}\n{say.noted(decision)}\n"
                self._comment(number, body)

    def written(self, number: int) -> list[Decision]:
        """The decisions that comments record: ours, and people's of their own. One that was edited since
        proves nothing."""
        found = []
        for comment in self._comments(number):
            key = "" if comment.edited else read_key(comment.body) or ""
            decision = read_decision(key.removeprefix(_NOTED)) if key.startswith(_NOTED) else None
            if decision and self.authority.is_ours(comment.author):
                found.append(decision)
            elif decision and self._is_own(decision, comment):
                # What an edit of an issue came to is for its job to say.
                found.append(replace(decision, issue=None))
        return found

    def _is_own(self, decision: Decision, comment: Comment) -> bool:
        """Whether a comment records what its author decided then, and may."""
        said = comment.created is None or decision.time <= comment.created + MOST_AHEAD
        own = decision.who == comment.author and said
        return own and not self.authority.refusals(comment.author, decision.environments)

    def note(self, number: int, about: Iterable[str], text: str) -> None:
        """A comment of its own, unless the same thing, `about`, has been commented on before."""
        about = tuple(about)
        if not self.has_noted(number, about):
            self.tell(number, _key(about), text)

    def has_noted(self, number: int, about: Iterable[str]) -> bool:
        """Whether we have commented on something, and nobody has changed the comment."""
        key = _key(about)
        return any(
            read_key(comment.body) == key
            and not comment.edited
            and self.authority.is_automation(comment.author)
            for comment in self._comments(number)
        )

    def tell(self, number: int, key: str, text: str) -> None:
        """A comment that is found again by its key."""
        self._comment(number, f"{render_key(key)}\n{text}\n")

    def keys(self, number: int) -> list[str]:
        """The keys of the automation's comments that nobody has edited."""
        return [
            key
            for comment in self._comments(number)
            if (key := read_key(comment.body))
            and not comment.edited
            and self.authority.is_ours(comment.author)
        ]

    def begin(self, number: int, promotion: Promotion, text: str) -> None:
        """Say this in the comment that is kept up to date, where there is none yet."""
        if self.told(number) is None:
            self.stand(number, promotion, text)

    def stand(self, number: int, promotion: Promotion, text: str) -> None:
        """Let the one comment that is kept up to date say this."""
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
        """If the forge refuses a comment, as on a locked issue, that is only a warning."""
        try:
            yield
        except ForgeRefusedError as error:
            self._warn(f"{error.message}: {error.hint}")

    def _warn(self, warning: str) -> None:
        if warning not in self.warnings:
            self.warnings.append(warning)

    def _comments(self, number: int) -> list[Comment]:
        """The comments on an issue: asked for once, and ours added."""
        if number not in self._read:
            self._read[number] = list(self._forge.comments(number))
        return self._read[number]

    def untick(self, number: int, environments: Collection[str]) -> None:
        """Untick boxes, as the body is now."""
        self.rewrite(number, lambda body: untick(body, environments, self._settings.groups))

    def rewrite(self, number: int, change: Callable[[str], str]) -> None:
        """Change the body as it is now, and look again: somebody may have written at the same time."""
        for _ in range(_MOST_WRITES):
            issue = self._forge.issue(number)
            if issue is None:
                raise IssueError(f"issue {number} is gone", "was it deleted or moved meanwhile?")
            if (body := change(issue.body)) == issue.body:
                return
            self._forge.edit_issue(number, body=body)


def _key(about: Iterable[str]) -> str:
    """What a comment on something is found by."""
    return sha256("\0".join(about).encode("utf-8", "replace")).hexdigest()[:16]
