"""What people do to branches, pull requests, settings and tags in a story."""

import json
import subprocess
from contextlib import suppress

from github import GithubException
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from semver import Version

from flux.promotion.ledger import Decision, How
from flux.promotion.proposal import Promotion
from flux.promotion.texts.commits import commit_message
from flux.registry import open_registry
from tests.commands.promoting import BOT, CONFIG, PERMISSIONS
from tests.github.state import Account, Role
from tests.promises.editors import Editors
from tests.promises.ground import (
    ENVIRONMENTS,
    GROUPS,
    LATEST,
    MAY,
    NEWLINE,
    artifacts,
    environments,
    people,
    picks,
)

_STRAY = "dr"


class People(Editors):
    """What nobody forbids them."""

    @precondition(lambda self: self.world.github)
    @rule(artifact=artifacts, environment=environments, pick=picks, login=st.sampled_from(MAY))
    def forge_branch(self, artifact: str, environment: str, pick: int, login: str) -> None:
        """Somebody pushes a branch with our words in its commit."""
        assert self.world.github
        may = self.world.github.repository("octo/monorepo").collaborators
        published = [tag for tag in self.world.tags(artifact) if Version.is_valid(tag)]
        if not published or may.get(login) is Role.TRIAGE:
            return
        promotion = Promotion(artifact, published[pick % len(published)])
        forge, tip = self.world.forge(login), self.home.git("rev-parse", "main")
        desired = {name: dict(versions) for name, versions in self.config(tip).items()}
        desired.setdefault(artifact, {})[environment] = promotion.version
        asked = Decision("alice", How.NAME, (environment,), int(self.clock.time()))
        message = commit_message(promotion, [environment], False, [asked])
        commit = forge.commit([tip], {CONFIG: (json.dumps(desired, indent=2) + NEWLINE).encode()}, message)
        if forge.create_branch(promotion.branch, commit):
            self.strange.add(commit)

    @precondition(lambda self: self.world.github)
    @rule(pick=picks, back=st.integers(1, 3), login=st.sampled_from(MAY))
    def force_back(self, pick: int, back: int, login: str) -> None:
        """Somebody forces a branch back to an older commit of it. What was taken back since stays so."""
        github, before = self.world.github, self.proposals()
        pull = self.pull(pick)
        if not github or not pull or pull.branch in self.stopped(before):
            return
        older = self.home.git("rev-list", pull.head, "^main").split()[back:]
        if not older or not self.is_ancestor(older[0], pull.head):
            return
        self.home.git("update-ref", f"refs/heads/{pull.branch}", older[0])
        github.pushed(login)
        self.heads[pull.number] = older[0]
        if self.command(self.world.sync) is not None and pull.branch in (after := self.proposals()):
            assert after[pull.branch].changes <= before[pull.branch].changes

    @precondition(lambda self: self.world.github and not self.ruled)
    @rule(pick=picks, login=st.sampled_from((BOT, "alice")))
    def switch_on_auto_merge(self, pick: int, login: str) -> None:
        """By mistake, or by somebody who wants it so."""
        if pull := self.pull(pick):
            assert self.world.github
            there = self.world.github.repository("octo/monorepo").issues[pull.number]
            there.auto_merge = Account(99, login)  # type: ignore[attr-defined]

    @rule(phase=st.sampled_from(("", *GROUPS)))
    def freeze(self, phase: str) -> None:
        self._freeze([{"reason": "holidays", "by": "alice", **({"phase": phase} if phase else {})}])

    @rule()
    def thaw(self) -> None:
        self._freeze([])

    def _freeze(self, freezes: list[dict[str, str]]) -> None:
        with suppress(subprocess.CalledProcessError):
            self.world.change({"flux/freezes.json": json.dumps({"freezes": freezes})}, "freeze")

    @precondition(lambda self: self.world.github)
    @rule(may=st.booleans())
    def let_bob_write(self, may: bool) -> None:
        """What he ticked counts where he may when the job runs."""
        assert self.world.github
        people = self.world.github.repository("octo/monorepo").collaborators
        people["bob"] = Role.WRITE if may else Role.TRIAGE

    @rule(artifact=artifacts, there=st.booleans())
    def misspell_an_environment(self, artifact: str, there: bool) -> None:
        """Somebody writes an environment into the desired state that there is not, or takes it out again."""
        self._misspell(artifact, there)

    def _misspell(self, artifact: str, there: bool) -> None:
        desired = self.world.desired
        versions = desired.setdefault(artifact, {})
        if there == (_STRAY in versions):
            return
        if there:
            versions[_STRAY] = "1.0.0"
        else:
            del versions[_STRAY]
        with suppress(subprocess.CalledProcessError):
            self.world.change({CONFIG: json.dumps(desired, indent=2) + NEWLINE}, "desire")

    @precondition(lambda self: self.world.github)
    @rule(pick=picks, login=people, event=st.sampled_from(("APPROVE", "REQUEST_CHANGES", "COMMENT")))
    def review(self, pick: int, login: str, event: str) -> None:
        if pull := self.pull(pick):
            assert self.world.github
            with suppress(GithubException):
                repo = self.world.github.repo_as(login)
                repo.get_pull(pull.number).create_review(event=event, body="x")

    @precondition(lambda self: self.world.github)
    @rule(app=st.booleans())
    def change_the_account(self, app: bool) -> None:
        """The automation becomes an App, or GitHub Actions again."""
        github = self.world.github
        assert github
        self.world.token = github.app_token(**PERMISSIONS) if app else github.actions_token(**PERMISSIONS)

    @rule(pick=picks)
    def merge(self, pick: int) -> None:
        if pull := self.pull(pick):
            try:
                self.world.merge(pull, "alice")
            except GithubException as error:
                if error.status != 405:
                    raise
            except subprocess.CalledProcessError:
                self.world.repo.git("merge", "--abort")

    @rule(pick=picks)
    def close(self, pick: int) -> None:
        if pull := self.pull(pick):
            self.world.close(pull, "alice")

    @rule(pick=picks)
    def meddle(self, pick: int) -> None:
        """Somebody commits to a promotion's branch."""
        if pull := self.pull(pick):
            forge = self.world.forge("alice")
            commit = forge.commit([pull.head], {"README.md": b"mine\n"}, "Mine")
            assert forge.advance_branch(pull.branch, commit)
            self.strange.add(commit)

    @rule(artifact=artifacts, environment=environments, pick=picks)
    def desire(self, artifact: str, environment: str, pick: int) -> None:
        """Somebody edits the desired state by hand."""
        if versions := self.versions(artifact):
            with suppress(subprocess.CalledProcessError):
                self.world.desire(artifact, **{environment: versions[pick % len(versions)]})

    @rule(artifact=artifacts, name=st.sampled_from((*ENVIRONMENTS, LATEST)), pick=picks)
    def misplace(self, artifact: str, name: str, pick: int) -> None:
        """Somebody moves a tag by hand."""
        target = open_registry(self.world.registry, self.world.repo.path, 1, None).repository(artifact)
        versions = [tag for tag in self.world.tags(artifact) if Version.is_valid(tag)]
        if versions and (manifest := target.fetch_manifest(versions[pick % len(versions)])):
            target.push_manifest(manifest, name)

    @precondition(lambda self: len(self.line()) > self.first)
    @rule()
    def rewind(self) -> None:
        """Somebody forces main back by a commit."""
        self.strange.add(self.line()[0])
        if self.world.github:
            self.home.git("update-ref", "refs/heads/main", "main~1")
            self.world.github.pushed("alice")
        else:
            self.world.update()
            self.home.git("reset", "--quiet", "--hard", "main~1")
        for place in self.changed_on_main():
            self.moved.pop(place, None)  # no commit tells when
