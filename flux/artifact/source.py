"""Where the sources of an image are, in one spelling whatever the clone's."""

import re
from urllib.parse import urlsplit

_SCP = re.compile(r"(?:[^@/:]+@)?(?P<host>\[[^\]]+\]|[^/:]+):(?!//)(?P<path>.+)")


def https_url(origin: str) -> str:
    """The https URL of a remote, without credentials and `.git`; empty for one that has no host.

    The forms are those of git-clone(1), "GIT URLS": `https://host/path`, `ssh://git@host:22/path`,
    `git@host:path`. A port stays only where it is one for https.
    """
    if "://" not in origin:
        match = _SCP.fullmatch(origin)
        if match is None or len(match["host"]) == 1:
            return ""
        return _spelled(match["host"], match["path"])
    parts = urlsplit(origin)
    if not parts.hostname or parts.scheme == "file":
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = f":{parts.port}" if parts.scheme == "https" and parts.port not in (None, 443) else ""
    return _spelled(host + port, parts.path)


def _spelled(host: str, path: str) -> str:
    return f"https://{host.lower()}/{path.strip('/').removesuffix('.git')}"
