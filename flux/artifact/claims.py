"""Checks the annotations of an existing image against those that we would write.

Flux's events and `flux list artifacts` show them, and a signature covers them. A push by hand names the
commit checked out and the URL of the clone. Both are accepted if git confirms them.

https://github.com/opencontainers/image-spec/blob/main/annotations.md
"""

from collections.abc import Mapping
from datetime import datetime

from flux.artifact.image import CREATED, REVISION, SOURCE, Image
from flux.artifact.image_manifest import quote_untrusted
from flux.artifact.source_url import https_url
from flux.regex import regex

_COMMIT = regex(r"[0-9a-f]{40}")
_TIME = regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})")


def claim_fault(annotations: Mapping[str, str], image: Image) -> str:
    """Return why annotations differ from what we or flux would write for an image; empty if they do not.

    It does not check the revision's commit, which needs git: see `revision_fault`. An image from an earlier
    system may have any printable annotations: only its content counts.
    """
    if image.is_earlier:
        odd = (key for key, value in sorted(annotations.items()) if not f"{key}{value}".isprintable())
        return next((f"its annotation {quote_untrusted(key)} cannot be printed" for key in odd), "")
    for key in sorted(annotations.keys() - {CREATED, REVISION, SOURCE}):
        return f"it has the annotation {quote_untrusted(key)}"
    for key in (CREATED, REVISION):
        if key not in annotations:
            return f"it has no annotation {key}"
    if not _is_time(annotations[CREATED]):
        return f"its annotation {CREATED} is not a time: {quote_untrusted(annotations[CREATED])}"
    branch, _, commit = annotations[REVISION].rpartition("@sha1:")
    if branch != image.branch or not _COMMIT.fullmatch(commit):
        return f"its revision is {quote_untrusted(annotations[REVISION])}, not a commit of {image.branch}"
    return _source_fault(annotations.get(SOURCE), image.source)


def revision_fault(annotations: Mapping[str, str], image: Image) -> str:
    """Return why annotations without a `claim_fault` name a wrong commit; empty if the commit is right."""
    commit = annotations.get(REVISION, "").rpartition(":")[2]
    if image.is_earlier or commit == image.revision.commit or image.is_at(commit, image.diff_id):
        return ""
    return f"its revision is {commit[:12]}, but {image.branch} has other content there"


def _source_fault(source: str | None, ours: str) -> str:
    if source is None:
        return f"it has no annotation {SOURCE}" if ours else ""
    if not source.isprintable() or (ours and ours not in (source, https_url(source))):
        return f"its source is {quote_untrusted(source)}, not {ours or 'a URL'}"
    return ""


def _is_time(text: str) -> bool:
    """Whether a text is a time in the format of RFC 3339, in whole seconds."""
    try:
        return bool(_TIME.fullmatch(text) and datetime.fromisoformat(text))
    except ValueError:
        return False
