"""Opens the promotion issue of a release, or finds the existing one."""

from dataclasses import dataclass, replace
from enum import StrEnum

from flux.errors import ForgeError, RequestError
from flux.forge.forge import Forge, Issue
from flux.monorepo.commit_artifacts import Sources
from flux.monorepo.desired import desired_at
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.obtained_lines import obtain_lines
from flux.monorepo.release_notes import expect_news, news_of
from flux.monorepo.release_tags import read_tag
from flux.monorepo.tip_settings import take_current_settings
from flux.promotion.proposal import Promotion
from flux.promotion.texts.foreign import foreign
from flux.promotion.texts.issue import issue_body, issue_title
from flux.promotion.texts.notices import NOTHING_YET, same_promotion
from flux.proposals.issues import PromotionIssues


class OpenedAction(StrEnum):
    """What happened to the promotion issue of a release."""

    OPENED = "opened"
    FOUND = "found"
    NONE = "none"
    """The tag is not a release tag."""


@dataclass(frozen=True)
class Opened:
    """`issue` is None if the tag is not a release tag."""

    tag: str
    issue: Issue | None
    action: OpenedAction = OpenedAction.NONE
    notices: tuple[str, ...] = ()


def open_issue(monorepo: Monorepo, tag: str) -> Opened:
    """Return the promotion issue of a release. Open it if there is none.

    Raises RequestError like `read_tag`, and if the commit of the release does not have the artifact. Raises
    OutdatedSettingsError if the tip has other settings that cannot be read.
    """
    obtain_lines(monorepo, merged=True)
    take_current_settings(monorepo)
    released = read_tag(monorepo, tag)
    if released is None:
        return Opened(tag, None, notices=(f"{tag} is not a release tag: there is nothing to promote",))
    promotion = Promotion(released.artifact, str(released.version))
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
    expect_news(monorepo, [released])
    # The image is computed, because the release may not be published yet.
    image = Sources(monorepo, released.commit).image_of(released.artifact)
    news = news_of(monorepo, released, release.url if release else "")
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
        raise ForgeError(
            f"issue {opened.number} was opened, but is not ours: {foreign(fault)}", "name it there"
        )
    again = {issue.number: issue for issue in [opened, *issues.of(promotion)]}
    kept = _kept(monorepo.forge, issues, promotion, list(again.values()))
    is_new = kept.number == opened.number
    return Opened(tag, kept, OpenedAction.OPENED if is_new else OpenedAction.FOUND)


def _kept(forge: Forge, issues: PromotionIssues, promotion: Promotion, there: list[Issue]) -> Issue:
    """Return the oldest issue. If concurrent runs opened several, close the younger ones. A comment on the
    oldest says from the start what it is about."""
    oldest, *younger = sorted(there, key=lambda issue: issue.number)
    for issue in younger:
        if issue.open:
            forge.create_comment(issue.number, same_promotion(oldest.url))
            forge.edit_issue(issue.number, open=False)
    issues.begin(oldest.number, promotion, NOTHING_YET)
    return oldest
