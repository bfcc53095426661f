"""What holds in a story after each step, and what it comes to in the end."""

import json
import re
import sys

from hypothesis import note
from hypothesis.stateful import invariant, precondition, rule
from semver import Version

from flux.commands.reconcile import Reconciled
from flux.commands.request.check import check_request
from flux.forge.forge import PullRequest
from flux.monorepo.commit_artifacts import Sources
from flux.promotion.boxes import ticked
from flux.promotion.proposal import Promotion
from flux.promotion.texts.comment import is_reached
from tests.commands.promoting import BOT, CONFIG
from tests.promises.ground import (
    ARTIFACTS,
    ENVIRONMENTS,
    GROUPS,
    HOUR,
    LATEST,
    MAY,
    NEWLINE,
    picks,
)
from tests.promises.people import People

_MOST_ROUNDS = 8


class Story(People):
    """What happens in one monorepo, and the promises."""

    @precondition(lambda self: self.world.github)
    @rule(pick=picks)
    def check(self, pick: int) -> None:
        """It is green for production only with two people."""
        if not (pull := self.pull(pick)):
            return
        with self.world.opened() as monorepo:
            checked = self.command(lambda: check_request(monorepo, pull.number))
        if checked is None or checked.faults:
            return
        proposed = {e for _, e, _ in self.proposals()[pull.branch].changes} & set(GROUPS["prod"])
        asked, approved = self._who_asked(pull.branch, proposed), self._who_approved(pull)
        assert not proposed or approved - asked, f"{asked} asked for {proposed}, {approved} approved"

    def _who_asked(self, branch: str, environments: set[str]) -> set[str]:
        """By the commits: for each environment all since it was last taken back."""
        found: dict[str, set[str]] = {environment: set() for environment in environments}
        trailer = re.compile(r"(Requested|Withdrawn)-by: ([^;]+); \w+ ([^;]+);(?: issue \d+;)? (\d+)")
        said = trailer.findall(self.home.git("log", "--format=%B", f"main..{branch}"))
        for kind, who, names, _ in sorted(said, key=lambda each: (int(each[3]), each[0] == "Withdrawn")):
            for environment in environments & set(names.split()):
                found[environment] = found[environment] | {who} if kind == "Requested" else set()
        return {who for each in found.values() for who in each}

    def _who_approved(self, pull: PullRequest) -> set[str]:
        """Who may write, and whose last word is an approval of the commit that it is at."""
        assert self.world.github
        repo = self.world.github.repository("octo/monorepo")
        last = {
            review.author.login: review
            for review in repo.issues[pull.number].reviewed  # type: ignore[attr-defined]
            if review.state != "COMMENTED"
        }
        return {
            who
            for who, review in last.items()
            if review.state == "APPROVED" and review.commit == pull.head and who in MAY
        }

    @invariant()
    def nothing_moves_that_must_not(self) -> None:
        self.clock.elapse(60)
        self.step += 1
        self.moved |= dict.fromkeys(self.changed_on_main(), self.step)
        for artifact in ARTIFACTS:
            tags = self.world.tags(artifact)
            versions = {digest for tag, digest in tags.items() if Version.is_valid(tag)}
            for tag, digest in tags.items():
                assert digest
                if tag in ENVIRONMENTS:
                    assert digest in versions, f"{artifact}:{tag} is of no published version"
                elif tag != LATEST:
                    assert self.fixed.setdefault((artifact, tag), digest) == digest, f"{artifact}:{tag}"
            gone = {tag for of, tag in self.fixed if of == artifact} - tags.keys()
            assert not gone
        self._follow_pulls()
        for issue in self.issues():
            match = re.fullmatch(r"Promote (\S+) (\S+)", issue.title)
            assert match
            self.titles.setdefault(issue.number, Promotion(match[1], match[2]))

    def _follow_pulls(self) -> None:
        published = {(artifact, tag) for artifact in ARTIFACTS for tag in self.world.tags(artifact)}
        known = {f"promote/{artifact}-{tag}" for artifact, tag in published}
        for number, branch, head in self.pulls():
            assert branch in known, f"{branch} is of no published version"
            if (before := self.heads.get(number)) not in (None, head):
                assert self.is_ancestor(before or "", head), f"{branch} was forced"
            self.heads[number] = head

    def teardown(self) -> None:
        if sys.exception() is None:
            self.comes_to_rest()

    def _mend(self) -> None:
        """Somebody takes out what two branches together have brought in twice."""
        text = self.home.git("show", f"main:{CONFIG}")
        whole = json.dumps(json.loads(text), indent=2)
        if text.count(":") != whole.count(":"):
            self.world.change({CONFIG: whole + NEWLINE}, "mend")

    def _is_on_main(self, artifact: str, version: str) -> bool:
        """Whether main has the commit of a release still. No tag moves to what it was forced back from."""
        return self.is_ancestor(f"flux-oci-{artifact}-v{version}^{{commit}}", "main")

    def comes_to_rest(self) -> None:
        self._mend()
        for artifact in ARTIFACTS:
            self._misspell(artifact, False)
        self._freeze([])
        if self.world.github:
            for number in self.titles:
                self._retitle(number, self._own_title(number), "alice")
        done = self._reconciled()
        for _ in range(_MOST_ROUNDS):
            if not done.repaired:
                break
            done = self._reconciled()
        assert done.repaired == []
        before = self.seen()
        done = self._reconciled()
        assert done.repaired == []
        assert self.seen() == before
        stopped = self.stopped(self.proposals())
        for about, error in done.errors:
            branch = f"promote/{about.replace(' ', '-')}"
            rewound = bool(self.strange) and "not on the first-parent line" in error.message
            assert "not published" in error.message or rewound or branch in stopped, (about, error.message)
        self.nothing_moves_that_must_not()
        self._tags_are_as_desired()
        self._latest_is_mains()
        if self.world.github:
            self._ticks_are_held()
            self._people_merge()

    def _reconciled(self) -> Reconciled:
        self.clock.elapse(2 * HOUR)
        if not self.world.github:
            self.vouch()
        done = self.command(self.world.reconcile)
        assert done
        note(f"    {done}")
        return done

    def _tags_are_as_desired(self) -> None:
        for artifact, versions in self.config("main").items():
            tags = self.world.tags(artifact)
            for environment, version in versions.items():
                if version in tags and self._is_on_main(artifact, version):
                    assert tags[environment] == tags[version], f"{artifact}:{environment} is not {version}"

    def _latest_is_mains(self) -> None:
        tip = self.home.git("rev-parse", "main")
        with self.world.opened() as monorepo:
            revisions = Sources(monorepo, tip).revisions(ARTIFACTS)
        for artifact, revision in revisions.items():
            tags = self.world.tags(artifact)
            assert tags[LATEST] == tags[revision.tag], f"{artifact}:latest is not {revision.tag}"

    def _people_merge(self) -> None:
        """Where no rule lets GitHub merge, nothing but a person does."""
        assert self.world.github
        if self.ruled:
            return
        pulls = self.world.github.repository("octo/monorepo").pulls
        assert not [
            pull for pull in pulls if not pull.closed and pull.auto_merge and pull.auto_merge.login == BOT
        ]

    def _ticks_are_held(self) -> None:
        """Of every open issue whose branch is ours: what is ticked is proposed, or main has it."""
        proposals, main = self.proposals(), self.config("main")
        open_ = {branch for _, branch, _ in self.pulls()}
        stopped = self.stopped(proposals)
        for issue in self.issues():
            promotion = self.titles[issue.number]
            if (
                promotion.branch in stopped
                or not issue.open
                or json.dumps(promotion.version) not in issue.body.splitlines()[0]
            ):
                continue
            versions = main.get(promotion.artifact, {})
            branch = promotion.branch
            held = (
                {environment for _, environment, _ in proposals[branch].changes} if branch in open_ else set()
            )
            for environment in ticked(issue.body, GROUPS) - held:
                assert is_reached(promotion, versions.get(environment)), f"{branch}: {environment} is lost"
