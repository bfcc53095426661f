"""Finds the form of release tags, from the existing tags and the configuration of release-please."""

import json
from collections.abc import Collection, Iterator, Sequence

from flux.adoption.clues import Clues, Gap, ProposedSetting
from flux.regex import regex
from flux.release.tag import TagForm

_VERSION = regex(r"(?<![0-9.])[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?$")
_MAINTENANCE = regex(
    r"(?=.*[0-9])((releases?|maintenance|maint|support|stable|lts|hotfix)[-_/.].+|v?[0-9][0-9x.]*)"
)
_FEWEST = 0.8
_TIMES = 2
"""A form is chosen if it has tags of more than this many times as many artifacts as any other form."""
_RELEASE_PLEASE = (
    "release-please-config.json",
    ".release-please-manifest.json",
    ".release-please-config.json",
)


def find_releases(clues: Clues, names: Collection[str], only: str = "") -> Iterator[ProposedSetting | Gap]:
    """Yield the setting `release_tag`, and `ignore` if release-please writes changelogs."""
    yield from _form(clues.tags, names, only)
    if config := next((path for path in _RELEASE_PLEASE if path in clues.texts), ""):
        yield ProposedSetting(
            "ignore", ["CHANGELOG.md"], f"{config}: release-please writes changelogs into the folders"
        )
        if not any(_VERSION.search(tag) for tag in clues.tags) and (form := _release_please(clues)):
            yield ProposedSetting("release_tag", form, f"{config} says it")


def is_maintenance(branch: str) -> bool:
    """Whether a branch maintains earlier versions, by its name."""
    return _MAINTENANCE.fullmatch(branch) is not None


def unfitting(tags: Collection[str], found: Sequence[ProposedSetting | Gap], form: str) -> Iterator[str]:
    """Yield a notice if there are tags with versions, but no form of release tags was found in them."""
    versioned = sorted(tag for tag in tags if _VERSION.search(tag))
    if versioned and not any(one.setting == "release_tag" for one in found):
        yield (
            f"no tag with a version names an artifact, as {versioned[-1]}: "
            f"the form of releases will be {form}; set `release_tag` for another"
        )


def _form(tags: Collection[str], names: Collection[str], only: str) -> Iterator[ProposedSetting | Gap]:
    versioned = [tag for tag in tags if _VERSION.search(tag)]
    read = {form: _read(form, only, versioned, names) for form in _forms(versioned, names, only)}
    if not any(read.values()):
        return
    best, *others = sorted(
        read, key=lambda form: (len({*read[form].values()}), len(read[form])), reverse=True
    )
    ours = {tag for tags in read.values() for tag in tags}  # without the tags of other software
    next_most = max((len({*read[form].values()}) for form in others), default=0)
    matched = f"{len(read[best])} of {len(versioned)}"
    if len(read[best]) >= _FEWEST * len(ours) or len({*read[best].values()}) > _TIMES * next_most:
        yield ProposedSetting("release_tag", best, f"{matched} tags with a version match")
    else:
        yield Gap(
            f"release tags have more than one form: {best} fits {matched}",
            "set `release_tag` to the form of new releases; tags of other forms stay, but are not releases",
            "release_tag",
        )


def _forms(tags: Collection[str], names: Collection[str], only: str) -> list[str]:
    """Return the possible forms of the tags. Each is a valid form."""
    longest = sorted(names, key=len, reverse=True)
    found: dict[str, None] = {}
    for tag in tags:
        before = _VERSION.sub("", tag)
        for name in longest:
            if name in before:
                found[before.replace(name, "{artifact}", 1) + "{version}"] = None
                break
        if only:
            found[before + "{version}"] = None
    return [form for form in found if not TagForm(form, only).fault()]


def _read(form: str, only: str, tags: Collection[str], names: Collection[str]) -> dict[str, str]:
    """Return the tags of a form, with the artifact of each."""
    parsed = {tag: TagForm(form, only).parse(tag) for tag in tags}
    return {tag: found[0] for tag, found in parsed.items() if found and (found[0] in names or only)}


def _release_please(clues: Clues) -> str:
    """Return the form of release-please's tags by its configuration, or an empty text."""
    for path in _RELEASE_PLEASE:
        try:
            config = json.loads(clues.texts.get(path, ""))
        except ValueError:
            continue
        if isinstance(config, dict) and "packages" in config:
            separator = config.get("tag-separator", "-")
            v = "v" if config.get("include-v-in-tag", True) else ""
            return f"{{artifact}}{separator}{v}{{version}}"
    return ""
