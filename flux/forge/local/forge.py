"""A forge without a server: Markdown files under `.forge/`, and the repository's own branches and tags.

One ticks a box by editing `.forge/issues/3.md`, and merges with `git merge`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from flux.errors import ForgeError, GitError
from flux.forge.forge import Comment, Issue, Protection, PullRequest, PullState, Release
from flux.forge.local.document import Document
from flux.forge.local.folder import ISSUES, PULLS, Folder
from flux.forge.local.git import AnnotatedTag, Git

T = TypeVar("T")

_PRERELEASE = "\n\nPrerelease: true\n"
_OPEN_OR_CLOSED = (PullState.OPEN.value, PullState.CLOSED.value)


class LocalForge:
    """The forge of the clone at `root`. Who git says commits there is its only account."""

    tells_edits = False

    def __init__(self, root: Path, git: Git) -> None:
        self._root = root
        self._git = git
        self._folder = Folder(root / ".forge")

    # Who

    def login(self) -> str | None:
        return self._git.identity()

    def permission(self, login: str) -> str:
        return "admin" if login == self._git.identity() else "none"

    def lacks(self) -> Sequence[str] | None:
        self._git.identity()  # which is all that is needed
        return []

    def has_account(self, login: str) -> bool:
        return login == self._git.identity()

    # Releases

    def release(self, tag: str) -> Release | None:
        home = self._git.home_tags().get(tag)
        found = self._tagged(tag)
        if home and not found and self._git.tags().get(tag) in (None, home):
            self._git.fetch_tag(tag)
            found = self._tagged(tag)
        return found if found and found.commit == home else None

    def releases(self) -> Sequence[Release]:
        return [self._release(tag) for tag in self._git.annotated_tags()]

    def create_release(self, tag: str, commit: str, title: str, body: str, prerelease: bool) -> Release:
        home = self._git.home_tags().get(tag)
        at = home or self._git.tags().get(tag)
        if at not in (None, commit) or self.release(tag):
            raise ForgeError(
                f"tag {tag} is there already, at {(at or commit)[:12]}",
                f"release the next version, or run `git tag -d {tag}` if nobody has it yet",
            )
        before = self._object(tag)
        if not self._tagged(tag):  # else it is one that could not be pushed
            message = f"{_line(title)}\n\n{body}" + (_PRERELEASE if prerelease else "\n")
            self._git.create_tag(tag, commit, message, replace=before is not None)
        try:
            self._git.push_tag(tag, over=home)
        except GitError:
            self._git.move_ref(_tag_of(tag), before, self._object(tag))
            raise
        return _there(self._tagged(tag))

    def _tagged(self, tag: str) -> Release | None:
        """The release that this clone has of a tag, whether origin has it or not."""
        return next((release for release in self.releases() if release.tag == tag), None)

    def _object(self, tag: str) -> str | None:
        """What a tag of this clone is: the commit itself, where it has no message."""
        return self._git.refs(_tag_of(tag)).get(_tag_of(tag))

    def dispatch(self, workflow: str, ref: str, inputs: Mapping[str, str]) -> bool:
        """There are no workflows."""
        return True

    def is_attested(self, digest: str) -> bool:
        """There are no attestations."""
        return True

    def _release(self, tag: AnnotatedTag) -> Release:
        message = tag.message.replace("\r\n", "\n")
        prerelease = message.endswith(_PRERELEASE)
        title, _, body = message.removesuffix(_PRERELEASE if prerelease else "\n").partition("\n")
        return Release(
            tag=tag.name,
            commit=tag.commit,
            title=title,
            body=body.removeprefix("\n"),
            prerelease=prerelease,
            author=tag.tagger,
            url=f"{self._root.as_uri()}#{quote(tag.name)}",
            published=tag.time,
        )

    # Issues

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
        return [issue for issue in every if issue and label in issue.labels]

    def create_issue(self, title: str, body: str, label: str, assignee: str | None) -> Issue:
        fields = {"title": title, "state": "open", "author": self._git.identity(), "labels": [label]}
        if assignee and self.permission(assignee) != "none":
            fields["assignee"] = assignee
        return _there(self.issue(self._folder.add(ISSUES, Document(fields, body))))

    def edit_issue(self, number: int, *, body: str | None = None, open: bool | None = None) -> None:
        state = {} if open is None else {"state": "open" if open else "closed"}
        path = self._folder.path(ISSUES, number)
        self._folder.edit(path, lambda document: document.changed(body=body, **state))

    def comments(self, number: int) -> Sequence[Comment]:
        kind = self._kind(number)
        every = [self._comment(kind, number, comment) for comment in self._folder.comments(kind, number)]
        return [comment for comment in every if comment]

    def create_comment(self, number: int, body: str) -> Comment:
        kind = self._kind(number)
        document = Document({"author": self._git.identity()}, body)
        comment = self._folder.add_comment(kind, number, document)
        return _there(self._comment(kind, number, comment))

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

    # Pull requests

    def pull_request(self, number: int) -> PullRequest | None:
        path = self._folder.path(PULLS, number)
        document = self._folder.read(path)
        if document is None:
            return None
        with self._folder.legible(path):
            branch, base = document.text("branch"), document.text("base")
            declared = PullState(document.choice("state", tuple(PullState)))
            state, head = self._state(number, declared, branch, base)
            return PullRequest(
                number=number,
                title=document.text("title"),
                body=document.body,
                branch=branch,
                head=head,
                base=base,
                state=state,
                author=document.text("author"),
                url=path.as_uri(),
            )

    def pull_requests(
        self, state: PullState | None = None, branch: str | None = None
    ) -> Sequence[PullRequest]:
        every = [self.pull_request(number) for number in self._folder.numbers(PULLS)]
        return [
            pull for pull in every if pull and state in (None, pull.state) and branch in (None, pull.branch)
        ]

    def create_pull_request(self, title: str, body: str, branch: str, base: str) -> PullRequest:
        head, onto = self._need_branch(branch), self._need_branch(base)
        if self._contains(onto, head):
            raise ForgeError(f"{branch} has no commit that {base} lacks", "commit to it first")
        self._need_no_other(branch)
        fields = {
            "title": title,
            "state": "open",
            "author": self._git.identity(),
            "branch": branch,
            "base": base,
        }
        number = self._folder.add(PULLS, Document(fields, body))
        self._record(number, head)
        return _there(self.pull_request(number))

    def edit_pull_request(
        self, number: int, *, title: str | None = None, body: str | None = None, open: bool | None = None
    ) -> None:
        changed = {} if title is None else {"title": title}
        pull = self.pull_request(number)
        if pull and open is not None and pull.state is not PullState.MERGED:
            if open and pull.state is PullState.CLOSED:
                head = self._need_branch(pull.branch)
                self._need_no_other(pull.branch)
                self._record(number, head)
            changed["state"] = "open" if open else "closed"
        elif pull and open:
            raise ForgeError(f"pull request {number} is merged", "open another one")
        path = self._folder.path(PULLS, number)
        self._folder.edit(path, lambda document: document.changed(body=body, **changed))

    def _state(self, number: int, declared: PullState, branch: str, base: str) -> tuple[PullState, str]:
        """What has become of a pull request, and the commit it is at.

        A branch can be deleted after its merge, and begun anew for another pull request: so the commit that
        was its head is kept, by a ref of ours.
        """
        live = self._git.ref(_head_of(branch))
        kept = self._git.ref(_kept(number))
        if declared is not PullState.OPEN:
            return declared, kept or live or ""
        onto = self._git.ref(_head_of(base))
        for head in (kept, live):
            if head and onto and self._contains(onto, head):
                return PullState.MERGED, head
        return (PullState.OPEN, live) if live else (PullState.CLOSED, kept or "")

    def _settle(self, branch: str) -> list[int]:
        """Write down what became of the branch's pull requests, so that it stays. Gives those still open."""
        still = []
        for pull in self.pull_requests(branch=branch):
            if pull.state is PullState.OPEN:
                still.append(pull.number)
            else:
                self._set_state(pull.number, pull.state)
        return still

    def _set_state(self, number: int, state: PullState) -> None:
        path = self._folder.path(PULLS, number)
        document = self._folder.read(path)
        if document and document.fields.get("state") != state.value:
            self._folder.edit(path, lambda document: document.changed(state=state.value))

    def _record(self, number: int, head: str) -> None:
        self._git.move_ref(_kept(number), head, self._git.ref(_kept(number)))

    def _need_branch(self, name: str) -> str:
        commit = self.branch(name)
        if commit is None:
            raise ForgeError(f"there is no branch {name}", "`git branch` shows what there is")
        return commit

    def _need_no_other(self, branch: str) -> None:
        for number in self._settle(branch):
            raise ForgeError(f"pull request {number} of {branch} is open already", "use that one")

    def _contains(self, commit: str, older: str) -> bool:
        return self._git.merge_base(older, commit) == older

    # Branches

    def branch(self, name: str) -> str | None:
        return self._git.ref(_head_of(name))

    def branches(self, prefix: str) -> Mapping[str, str]:
        heads = _head_of("")
        found = {name.removeprefix(heads): commit for name, commit in self._git.refs(heads).items()}
        return {name: commit for name, commit in found.items() if name.startswith(prefix)}

    def commit(self, parents: Sequence[str], files: Mapping[str, bytes], message: str) -> str:
        return self._git.write_commit(parents, files, message)

    def create_branch(self, name: str, commit: str) -> bool:
        if self.branch(name) is not None:
            return False
        self._settle(name)
        return self._git.move_ref(_head_of(name), commit, None)

    def advance_branch(self, name: str, commit: str) -> bool:
        at = self.branch(name)
        if at is None or not self._contains(commit, at):
            return False
        self._need_not_checked_out(name)
        still_open = self._settle(name)
        if not self._git.move_ref(_head_of(name), commit, at):
            return False
        for number in still_open:
            self._record(number, commit)
        return True

    def delete_branch(self, name: str, at: str) -> bool:
        now = self.branch(name)
        if now is None:
            return True
        self._need_not_checked_out(name)
        still_open = self._settle(name)
        for number in still_open:
            self._record(number, now)
        if not self._git.move_ref(_head_of(name), None, at):
            return False
        for number in still_open:
            self._set_state(number, PullState.CLOSED)
        return True

    def protection(self, branch: str) -> Protection | None:
        """None: whoever has the repository may do in it what they like."""
        return None

    def workflows_may_propose(self) -> bool | None:
        """None: there are no workflows."""
        return None

    def _need_not_checked_out(self, branch: str) -> None:
        folder = self._git.checked_out(branch)
        if folder is not None:
            raise ForgeError(
                f"branch {branch} is checked out in {folder}, whose files would not follow it",
                "check out another branch there: `git switch main`",
            )


def _head_of(branch: str) -> str:
    return f"refs/heads/{branch}"


def _tag_of(name: str) -> str:
    return f"refs/tags/{name}"


def _kept(number: int) -> str:
    return f"refs/forge/pulls/{number}"


def _line(text: str) -> str:
    return " ".join(text.split())


def _there(made: T | None) -> T:
    """What was just made."""
    if made is None:
        raise ForgeError("something deletes what is made here", "stop it, and run the same command again")
    return made
