"""What people write into the issues of a story."""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from flux.errors import FluxError
from flux.promotion.boxes import mark, marks, ticked
from flux.promotion.ledger import Decision, How, render_decision
from flux.promotion.marker import render_key
from tests.commands.promoting import PERMISSIONS
from tests.promises.commands import Commands
from tests.promises.ground import EDITORS, ENVIRONMENTS, GROUPS, MAY, artifacts, names, people, picks


class Editors(Commands):
    """Ticks, and words that are changed."""

    @precondition(lambda self: self.titles)
    @rule(pick=picks, boxes=st.sets(names, min_size=1, max_size=3), login=st.sampled_from(EDITORS))
    def edit(self, pick: int, boxes: set[str], login: str) -> None:
        """Tick what is not ticked, and untick what is."""
        self._toggle(pick, boxes, login)

    @precondition(lambda self: self.events)
    @rule(pick=picks, boxes=st.sets(names, min_size=1, max_size=3), login=st.sampled_from(EDITORS))
    def edit_meanwhile(self, pick: int, boxes: set[str], login: str) -> None:
        """Somebody edits the issue between a command's reading of it and its writing."""
        github, event = self.world.github, self.events[-1 - pick % len(self.events)]
        assert github

        def meanwhile() -> None:
            with suppress(FluxError):
                self._toggle(pick, boxes, login)

        github.call_at(1, meanwhile, only="PATCH */issues/*")
        self.command(lambda: self.world.apply(event, event.change.number))  # type: ignore[union-attr]
        github.calm()

    @precondition(lambda self: self.titles and self.world.github)
    @rule(pick=picks, boxes=st.sets(names, min_size=1, max_size=3))
    def edit_as_a_bot(self, pick: int, boxes: set[str]) -> None:
        """An App that nobody has named ticks and unticks."""
        assert self.world.github
        token, self.world.token = self.world.token, self.world.github.app_token("helper", **PERMISSIONS)
        try:
            self._toggle(pick, boxes, None)
        finally:
            self.world.token = token

    @precondition(lambda self: self.titles and self.world.github)
    @rule(pick=picks, login=st.sampled_from(EDITORS))
    def wipe(self, pick: int, login: str) -> None:
        """Somebody takes all words of an issue away. Whoever may takes no box away so."""
        self._edit([*self.titles][pick % len(self.titles)], lambda body: "", login)

    def _toggle(self, pick: int, boxes: set[str], login: str | None) -> None:
        number = [*self.titles][pick % len(self.titles)]
        before = self.world.issue(number).body
        was = marks(before)
        after = mark(before, {name: not was.get(name, False) for name in boxes})
        self._edit(number, lambda body: after, login)
        if login in MAY or not self.world.github:
            became = marks(after)
            members = {
                environment
                for name in boxes
                if became.get(name, False) and not was.get(name, False)
                for environment in GROUPS.get(name, (name,))
            }
            self.want(self.titles[number], members)
            for environment in ticked(before, GROUPS) - ticked(after, GROUPS):
                self.wants.pop((self.titles[number], environment), None)

    @precondition(lambda self: self.titles)
    @rule(pick=picks, artifact=artifacts, version=st.sampled_from(("1.0.0", "1.1.0", "0.0.1")), login=people)
    def forge_marker(self, pick: int, artifact: str, version: str, login: str) -> None:
        number = [*self.titles][pick % len(self.titles)]
        marker = json.dumps({"artifact": artifact, "version": version})
        with suppress(FluxError):
            self._edit(
                number,
                lambda body: re.sub(r"\A<!-- flux-release: .* -->", f"<!-- flux-release: {marker} -->", body),
                login,
            )

    def _edit(self, number: int, change: Callable[[str], str], login: str | None) -> None:
        told = len(self.world.github.events) if self.world.github else 0
        event = self.world.edit(change, login, number)
        if self.world.github and len(self.world.github.events) > told:
            self.events.append(event)

    @precondition(lambda self: self.titles and self.world.github)
    @rule(pick=picks, artifact=artifacts, version=st.sampled_from(("1.0.0", "1.1.0", "0.0.1")), login=people)
    def forge_comment(self, pick: int, artifact: str, version: str, login: str) -> None:
        """Somebody comments with our words."""
        number = [*self.titles][pick % len(self.titles)]
        asked = Decision("alice", How.UNTICK, ENVIRONMENTS, int(self.clock.time()) + pick, number)
        for key in (f"standing {artifact} {version}", f"noted {render_decision(asked)}"):
            with suppress(FluxError):
                self.world.forge(login).create_comment(number, f"{render_key(key)}\n")

    @precondition(lambda self: self.world.github)
    @rule(label=st.sampled_from(("flux-release", "Flux-Release", "FLUX-RELEASE")))
    def spell_the_label(self, label: str) -> None:
        self.world.settings = replace(self.world.settings, label=label)

    @precondition(lambda self: self.titles and self.world.github)
    @rule(pick=picks)
    def move_the_label(self, pick: int) -> None:
        """Somebody takes the label off an issue, or gives it back."""
        assert self.world.github
        repo = self.world.github.repository("octo/monorepo")
        issue = repo.issues[[*self.titles][pick % len(self.titles)]]
        issue.labels = [] if issue.labels else [repo.labels["flux-release"]]

    @precondition(lambda self: self.titles and self.world.github)
    @rule(pick=picks, login=st.sampled_from(EDITORS))
    def retitle(self, pick: int, login: str) -> None:
        """Somebody gives an issue the title of another version, or its own again."""
        number = [*self.titles][pick % len(self.titles)]
        own = self._own_title(number)
        is_own = self.world.issue(number).title == own
        self._retitle(number, f"Promote {self.titles[number].artifact} 0.0.1" if is_own else own, login)

    def _own_title(self, number: int) -> str:
        return f"Promote {self.titles[number].artifact} {self.titles[number].version}"

    def _retitle(self, number: int, title: str, login: str) -> None:
        assert self.world.github
        if self.world.issue(number).title != title:
            self.world.github.repo_as(login).get_issue(number).edit(title=title)
