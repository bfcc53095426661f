"""Issues, and comments on them and on pull requests. Each is a file."""

from collections.abc import Sequence

from flux.errors import ForgeError
from flux.forge.forge import Comment, Issue, PullState
from flux.forge.local.accounts import Accounts
from flux.forge.local.document import Document
from flux.forge.local.folder import ISSUES
from flux.forge.local.part import made

_OPEN_OR_CLOSED = (PullState.OPEN.value, PullState.CLOSED.value)


class Issues(Accounts):
    def issue(self, number: int) -> Issue | None:
        path = self._folder.path(ISSUES, number)
        document = self._folder.read(path)
        if document is None:
            return None
        with self._folder.legible(path):
            return Issue(
                number=number,
                title=document.text("title"),
                body=document.body,
                author=document.text("author"),
                open=document.choice("state", _OPEN_OR_CLOSED) == PullState.OPEN,
                labels=document.texts("labels"),
                url=path.as_uri(),
                updated=path.stat().st_mtime,
            )

    def issues(self, label: str) -> Sequence[Issue]:
        every = [self.issue(number) for number in self._folder.numbers(ISSUES)]
        wanted = label.casefold()
        return [issue for issue in every if issue and wanted in map(str.casefold, issue.labels)]

    def create_issue(self, title: str, body: str, label: str, assignee: str | None) -> Issue:
        fields = {"title": title, "state": "open", "author": self._git.identity(), "labels": [label]}
        if assignee and self.permission(assignee) != "none":
            fields["assignee"] = assignee
        return made(self.issue(self._folder.add(ISSUES, Document(fields, body))))

    def edit_issue(self, number: int, *, body: str | None = None, open: bool | None = None) -> None:
        state = {} if open is None else {"state": "open" if open else "closed"}
        path = self._folder.path(ISSUES, number)
        self._folder.edit(path, lambda document: document.changed(body=body, **state))

    def first_title(self, number: int) -> str:
        """Return the present title: earlier ones are not stored."""
        issue = self.issue(number)
        return issue.title if issue else ""

    def comments(self, number: int, exact: bool = False) -> Sequence[Comment]:
        kind = self._kind(number)
        every = [self._comment(kind, number, comment) for comment in self._folder.comments(kind, number)]
        return [comment for comment in every if comment]

    def create_comment(self, number: int, body: str) -> Comment:
        kind = self._kind(number)
        document = Document({"author": self._git.identity()}, body)
        comment = self._folder.add_comment(kind, number, document)
        return made(self._comment(kind, number, comment))

    def edit_comment(self, number: int, comment: int, body: str) -> None:
        path = self._folder.comment_path(self._kind(number), number, comment)
        self._folder.edit(path, lambda document: document.changed(body=body))

    def _kind(self, number: int) -> str:
        kind = self._folder.kind(number)
        if kind is None:
            raise ForgeError(
                f"there is no issue or pull request {number}", "`ls .forge/issues .forge/pulls` shows all"
            )
        return kind

    def _comment(self, kind: str, number: int, comment: int) -> Comment | None:
        path = self._folder.comment_path(kind, number, comment)
        document = self._folder.read(path)
        if document is None:
            return None
        with self._folder.legible(path):
            return Comment(comment, document.body, document.text("author"))
