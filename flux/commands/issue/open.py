"""Open a release's promotion issue, or find the one that there is."""

from dataclasses import dataclass, replace
from enum import StrEnum

from flux.errors import ForgeError, RequestError
from flux.forge.forge import Forge, Issue
from flux.monorepo.desired import desired_at
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.notes import news_of
from flux.monorepo.outdated import take_current_settings
from flux.monorepo.release_tags import read_tag
from flux.monorepo.sources import Sources
from flux.promotion.proposal import Promotion
from flux.promotion.texts.issue import issue_body, issue_title
from flux.promotion.texts.notices import NOTHING_YET, same_promotion
from flux.proposals.issues import PromotionIssues


class OpenedAction(StrEnum):
    """What happened to a release's promotion issue."""

    OPENED = "opened"
    FOUND = "found"
    NONE = "none"
    """The tag is not ours."""


@dataclass(frozen=True)
class Opened:
    """`issue` is None where the tag is not ours."""

    tag: str
    issue: Issue | None
    action: OpenedAction = OpenedAction.NONE
    notices: tuple[str, ...] = ()


def open_issue(monorepo: Monorepo, tag: str) -> Opened:
    """The promotion issue of a release.

    Raises RequestError as `read_tag` does, and for an artifact that the release's commit does not have;
    OutdatedSettingsError where the tip has other settings that cannot be read.
    """
    take_current_settings(monorepo)
    tagged = read_tag(monorepo, tag)
    if tagged is None:
        return Opened(tag, None, notices=(f"{tag} is not a release tag: there is nothing to promote",))
    promotion = Promotion(tagged.artifact, str(tagged.version))
    issues = PromotionIssues(monorepo)
    there = issues.of(promotion)
    if there:
        return Opened(tag, _kept(monorepo.forge, issues, promotion, there), OpenedAction.FOUND)
    for author in issues.strangers(promotion):
        raise RequestError(
            f"{author} has opened the issue of {tag}, but is not in the setting `automation`",
            f"add {author} to it",
        )
    release = monorepo.forge.release(tag)
    # Computed, so that nothing need be published yet.
    image = Sources(monorepo, tagged.commit).image_of(tagged.artifact)
    news = news_of(monorepo, tagged, tag, release.url if release else "")
    body = issue_body(
        promotion,
        replace(news, diff_id=image.diff_id),
        monorepo.settings.groups,
        desired_at(monorepo, monorepo.tip).get(promotion.artifact, {}),
    )
    opened = monorepo.forge.create_issue(
        issue_title(promotion.artifact, promotion.version),
        body,
        monorepo.settings.label,
        release.author if release else None,
    )
    if fault := issues.fault(opened):
        raise ForgeError(f"issue {opened.number} was opened, but is not ours: {fault}", "name it there")
    again = {issue.number: issue for issue in [opened, *issues.of(promotion)]}
    kept = _kept(monorepo.forge, issues, promotion, list(again.values()))
    is_new = kept.number == opened.number
    return Opened(tag, kept, OpenedAction.OPENED if is_new else OpenedAction.FOUND)


def _kept(forge: Forge, issues: PromotionIssues, promotion: Promotion, there: list[Issue]) -> Issue:
    """The oldest; where two runs raced, the younger is closed. Its comment of ours says what it is about
    from the start."""
    oldest, *younger = sorted(there, key=lambda issue: issue.number)
    for issue in younger:
        if issue.open:
            forge.create_comment(issue.number, same_promotion(oldest.url))
            forge.edit_issue(issue.number, open=False)
    issues.begin(oldest.number, promotion, NOTHING_YET)
    return oldest
