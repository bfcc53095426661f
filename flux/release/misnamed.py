"""Tags that were meant to be releases, and are not: another form, or a version that cannot be read."""

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
    """A tag, the artifact that it seems to be of, and the right name for it.

    `form` is the form of tags that it has, where such tags are releases; otherwise empty.
    """

    tag: str
    artifact: str
    right: str
    form: str
    is_slip: bool = False
    """Whether it begins as releases do, so that only what follows is wrong."""


def find_misnamed(form: TagForm, tags: Iterable[str], artifacts: Collection[str]) -> list[Misnamed]:
    """The tags that look like releases of these artifacts, and cannot be read as such."""
    names = {name.lower(): name for name in artifacts}
    found = (None if form.parse(tag) else _read(form, tag, names) for tag in tags)
    return [misnamed for misnamed in found if misnamed]


def right_name(form: TagForm, tag: str, artifacts: Collection[str]) -> str | None:
    """The nearest right name for a tag that begins as releases do, and cannot be read.

    It is the form of tags where the tag tells no more, None for a tag that begins otherwise.
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
    """Of several readings that of the longest name."""
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
    """The version that is meant."""
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
    """The form where it can be a setting, and reads this tag."""
    if form.count("{") != 2 or TagForm(form).fault():
        return ""
    parsed = TagForm(form).parse(tag)
    return form if parsed and parsed[0] == artifact and str(parsed[1]) == said else ""
