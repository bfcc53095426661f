"""Release tags: an artifact and a version, there and back."""

import re
from dataclasses import dataclass
from functools import cached_property

from semver import Version

_PROBES = [
    (artifact, Version.parse(version))
    for artifact in ("a", "a1", "1a", "a-1", "a.1", "a-v1", "v1")
    for version in ("1.0.0", "11.0.0", "1.0.0-rc.1", "1.0.0-rc.1-x", "1.0.0-1.a")
]


@dataclass(frozen=True)
class TagForm:
    """The form of release tags, with `{artifact}` and `{version}` once each: `{artifact}/{version}`."""

    form: str

    def render(self, artifact: str, version: Version) -> str:
        return self.form.replace("{artifact}", artifact).replace("{version}", str(version))

    def parse(self, tag: str) -> tuple[str, Version] | None:
        """The artifact and version of a release tag, None for any other tag.

        Where a tag can be read in several ways the artifact is the shortest: `flux-oci-a-v1.0.0-v2` is
        version `1.0.0-v2` of `a`. A version is whole, its prerelease included; build metadata cannot be in
        an OCI tag, so a tag that has it is none of ours.
        """
        match = self._pattern.fullmatch(tag)
        if match is None:
            return None
        try:
            return match["artifact"], Version.parse(match["version"])
        except ValueError:  # a number of more digits than Python reads
            return None

    def fault(self) -> str:
        """Why tags of this form could not be read back, or nothing."""
        for field in ("{artifact}", "{version}"):
            if self.form.count(field) != 1:
                return f"must have {field} once"
        for artifact, version in _PROBES:
            if self.parse(self.render(artifact, version)) != (artifact, version):
                return f"cannot be read back: artifact {artifact!r} and version {str(version)!r} run together"
        return ""

    def misreads(self, artifact: str) -> bool:
        """Whether a release of an artifact so named would be taken for one of another.

        `a-v1.0.0` is such a name where tags have the form `{artifact}-v{version}`.
        """
        read = self.parse(self.render(artifact, Version(1)))
        return read is None or read[0] != artifact

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        number = r"(?:0|[1-9][0-9]*)"
        identifier = rf"(?:{number}|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)"
        version = rf"{number}\.{number}\.{number}(?:-{identifier}(?:\.{identifier})*)?"
        pattern = re.escape(self.form)
        pattern = pattern.replace(r"\{artifact\}", r"(?P<artifact>[a-z0-9._-]+?)")
        return re.compile(pattern.replace(r"\{version\}", rf"(?P<version>{version})"))
