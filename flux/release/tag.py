"""Release tags: converts an artifact and a version to a tag, and back."""

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
    """The form of release tags, with `{artifact}` and `{version}` once each: `{artifact}/{version}`.

    If there is only one artifact, `only` is its name, and `{version}` alone is enough.
    """

    form: str
    only: str = ""

    def render(self, artifact: str, version: Version) -> str:
        return self.form.replace("{artifact}", artifact).replace("{version}", str(version))

    def parse(self, tag: str) -> tuple[str, Version] | None:
        """Return the artifact and version of a release tag, None for any other tag.

        If a tag can be read in several ways, the shortest artifact name wins: `flux-oci-a-v1.0.0-v2` is
        version `1.0.0-v2` of `a`. The version includes its prerelease. An OCI tag cannot have build metadata,
        so a tag that has it is not a release tag.
        """
        match = self._pattern.fullmatch(tag)
        if match is None:
            return None
        try:
            return match.groupdict().get("artifact", self.only), Version.parse(match["version"])
        except ValueError:  # a number with more digits than Python reads
            return None

    def fault(self) -> str:
        """Return why tags of this form could not be read back; empty if they can."""
        if self.form.count("{version}") != 1:
            return "must have {version} once"
        names_artifact = "{artifact}" in self.form
        if self.form.count("{artifact}") > 1 or (not names_artifact and self.form.count("{") > 1):
            return "must have {artifact} once"
        for artifact, version in _PROBES:
            expected = (artifact if names_artifact else self.only, version)
            if self.parse(self.render(artifact, version)) != expected:
                return f"cannot be read back: artifact {artifact!r} and version {str(version)!r} run together"
        return ""

    def misreads(self, artifact: str) -> bool:
        """Whether a release of an artifact with this name would be read as one of another artifact.

        `a-v1.0.0` is such a name if tags have the form `{artifact}-v{version}`.
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
