"""Reads what there is to tell about releases: their times, notes, pages and issues."""

from collections.abc import Sequence
from dataclasses import dataclass

from flux.errors import FluxError
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.releases import Released
from flux.notice import AnyNotice, Notice
from flux.promotion.marker import read_marker
from flux.promotion.proposal import Promotion


@dataclass(frozen=True)
class ReleaseDetails:
    """A release. `notes` is Markdown. `time` is in seconds since the epoch, or None if unknown. URLs are
    empty if there is no page."""

    version: str
    tag: str
    commit: str
    time: float | None
    notes: str = ""
    url: str = ""
    issue: str = ""


class ReleaseReader:
    """Reads once what tags and the forge say about releases. `notices` says what the forge did not answer."""

    def __init__(self, monorepo: Monorepo, found: Sequence[Released]) -> None:
        self.notices: list[AnyNotice] = []
        self._found: dict[str, list[Released]] = {}
        for released in found:
            self._found.setdefault(released.artifact, []).append(released)
        self._made = monorepo.git.made({released.tag: released.commit for released in found})
        self._committed = monorepo.git.commit_times([released.commit for released in found])
        self._commits = {(r.artifact, str(r.version)): r.commit for r in found}
        self._releases: dict[str, tuple[float, str, str]] = {}
        self._issues: dict[Promotion, str] = {}
        try:
            forge = monorepo.forge
            self._releases = {r.tag: (r.published, r.body, r.url) for r in forge.releases()}
            for issue in forge.issues(monorepo.settings.label):
                if promotion := read_marker(issue.body):
                    self._issues[promotion] = issue.url
        except FluxError as error:
            self.notices.append(Notice(error, "notes and issues are not shown"))

    def releases_of(self, artifact: str) -> list[Released]:
        """Return the releases of an artifact, the lowest version first."""
        return self._found.get(artifact, [])

    def release(self, released: Released) -> ReleaseDetails:
        published, notes, url = self._releases.get(released.tag, (None, "", ""))
        issue = self._issues.get(Promotion(released.artifact, str(released.version)), "")
        time = published or self._made.get(released.tag)
        return ReleaseDetails(str(released.version), released.tag, released.commit, time, notes, url, issue)

    def committed(self, artifact: str, version: str | None) -> float | None:
        """Return the time of the commit of a release."""
        commit = self._commits.get((artifact, version or ""))
        return self._committed.get(commit) if commit else None
