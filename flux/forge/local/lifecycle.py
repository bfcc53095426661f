"""What becomes of a pull request as its branch goes on."""

from flux.forge.forge import PullState
from flux.forge.local.folder import PULLS
from flux.forge.local.part import Part
from flux.forge.local.refs import head_of, kept_of


class Lifecycle(Part):
    def _state(self, number: int, declared: PullState, branch: str, base: str) -> tuple[PullState, str]:
        """What has become of a pull request, and the commit it is at.

        A branch can be deleted after its merge, and begun anew for another pull request: so the commit that
        was its head is kept, by a ref of ours.
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
