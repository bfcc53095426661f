"""Pull requests. Each is a file."""

from collections.abc import Sequence

from flux.errors import ForgeError
from flux.forge.forge import PullRequest, PullState, Review
from flux.forge.local.document import Document
from flux.forge.local.folder import PULLS
from flux.forge.local.part import Part, head_of, kept_of, made


class PullRequests(Part):
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
        return made(self.pull_request(number))

    def reviews(self, number: int) -> Sequence[Review]:
        """Return nothing: there is only one account, and nobody else can approve."""
        return ()

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

    def _settle(self, branch: str) -> list[int]:
        """Save the state of the branch's pull requests. Return those that are still open."""
        still = []
        for pull in self.pull_requests(branch=branch):
            if pull.state is PullState.OPEN:
                still.append(pull.number)
            else:
                self._set_state(pull.number, pull.state)
        return still

    def _need_branch(self, name: str) -> str:
        commit = self._git.ref(head_of(name))
        if commit is None:
            raise ForgeError(f"there is no branch {name}", "`git branch` shows what there is")
        return commit

    def _need_no_other(self, branch: str) -> None:
        for number in self._settle(branch):
            raise ForgeError(f"pull request {number} of {branch} is open already", "use that one")

    def _state(self, number: int, declared: PullState, branch: str, base: str) -> tuple[PullState, str]:
        """Return the state of a pull request, and its commit.

        After a merge, a branch can be deleted and created again. So a ref of ours keeps the head commit.
        """
        live = self._git.ref(head_of(branch))
        kept = self._git.ref(kept_of(number))
        if declared is not PullState.OPEN:
            return declared, kept or live or ""
        onto = self._git.ref(head_of(base))
        for head in (kept, live):
            if head and onto and self._contains(onto, head):
                return PullState.MERGED, head
        return (PullState.OPEN, live) if live else (PullState.CLOSED, kept or "")

    def _set_state(self, number: int, state: PullState) -> None:
        path = self._folder.path(PULLS, number)
        document = self._folder.read(path)
        if document and document.fields.get("state") != state.value:
            self._folder.edit(path, lambda document: document.changed(state=state.value))

    def _record(self, number: int, head: str) -> None:
        self._git.move_ref(kept_of(number), head, self._git.ref(kept_of(number)))

    def _contains(self, commit: str, older: str) -> bool:
        return self._git.merge_base(older, commit) == older
