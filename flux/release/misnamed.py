"""Finds tags that look like releases but are not: they have another form, or an invalid version."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from semver import Version

from flux.regex import regex
from flux.release.tag import TagForm

_LONGEST = 255
_USUAL = "flux-oci-"
_BETWEEN = regex(r"(?:[-_/@.]+v*[-_/@.]*|v)(?=[0-9])", re.IGNORECASE)
_VERSION = regex(r"([0-9]{1,9})(?:\.([0-9]{1,9}))?(?:\.([0-9]{1,9}))?(?:[-._]?([0-9A-Za-z][0-9A-Za-z.-]*))?")


@dataclass(frozen=True)
class Misnamed:
    """A tag, the artifact that it seems to name, and the right name for it.

    `form` is the tag's own form, if that is a valid setting for release tags; otherwise empty.
    """

    tag: str
    artifact: str
    right: str
    form: str
    is_slip: bool = False
    """Whether it begins like a release tag, and only the rest is wrong."""


def find_misnamed(form: TagForm, tags: Iterable[str], artifacts: Collection[str]) -> list[Misnamed]:
    """Return the tags that look like releases of these artifacts, but are not valid."""
    names = {name.lower(): name for name in artifacts}
    found = (None if form.parse(tag) else _read(form, tag, names) for tag in tags)
    return [misnamed for misnamed in found if misnamed]


def right_name(form: TagForm, tag: str, artifacts: Collection[str]) -> str | None:
    """Return the nearest right name for an invalid tag that begins like a release tag.

    Return the form of tags if the tag does not tell more, None if it does not begin like a release tag.
    """
    names = {name.lower(): name for name in artifacts}
    prefix = form.form.partition("{")[0]
    misnamed = _read(form, tag, names)
    if prefix and not tag.lower().startswith(prefix.lower()):
        return None
    if misnamed:
        return misnamed.right
    return form.form if prefix else None


def _read(form: TagForm, tag: str, names: dict[str, str]) -> Misnamed | None:
    """Read a tag as an artifact and a version. Of several readings, use the one with the longest name."""
    if len(tag) > _LONGEST:
        return None
    prefixes = [form.form.partition("{")[0].lower(), _USUAL, ""]
    for between in reversed(list(_BETWEEN.finditer(tag))):
        before, said = tag[: between.start()].lower(), tag[between.end() :]
        last = before.rpartition("/")[2]
        named = [
            text.removeprefix(prefix)
            for text in (before, last)
            for prefix in prefixes
            if text.startswith(prefix)
        ]
        artifact = next((names[name] for name in named if name in names), None)
        if artifact and (version := _nearest(said)):
            start = between.start() - len(artifact)
            other = f"{tag[:start]}{{artifact}}{between[0]}{{version}}"
            is_slip = bool(prefixes[0]) and tag.lower().startswith(prefixes[0])
            usable = _usable(other, said, tag, artifact)
            return Misnamed(tag, artifact, form.render(artifact, version), usable, is_slip)
    return None


def _nearest(said: str) -> Version | None:
    """Return the version that was probably meant."""
    found = _VERSION.match(said)
    if found is None:
        return None
    core = ".".join(str(int(part or 0)) for part in found.groups()[:3])
    rest = (found[4] or "").strip(".-")
    for text in (f"{core}-{rest}" if rest else core, core):
        try:
            return Version.parse(text)
        except ValueError:
            continue
    return None


def _usable(form: str, said: str, tag: str, artifact: str) -> str:
    """Return the form if it is a valid setting and can read this tag; else empty."""
    if form.count("{") != 2 or TagForm(form).fault():
        return ""
    parsed = TagForm(form).parse(tag)
    return form if parsed and parsed[0] == artifact and str(parsed[1]) == said else ""
