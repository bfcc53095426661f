"""The host that ssh goes to under a name: ssh_config(5) has aliases."""

import re
import subprocess
from functools import lru_cache

from flux.regex import regex

_SECONDS = 5
_URL = regex(
    r"(?P<before>(?:git\+)?ssh(?:\+git)?://(?:[^@/]*@)?)(?P<host>[^:/\[\]@]+)(?P<after>(?::\d+)?/.*)"
)
_SCP = regex(r"(?P<before>(?:[^@:/\[\]]*@)?)(?P<host>[^:/\[\]@]{2,})(?P<after>:(?!//).*)")
_HOST = regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,252}")


def resolved(url: str) -> str:
    """A URL with the host that ssh goes to; any other URL as it is."""
    found = _URL.fullmatch(url) or (None if "://" in url else _SCP.fullmatch(url))
    if found is None or not _HOST.fullmatch(found["host"]):
        return url
    return found["before"] + real_host(found["host"]) + found["after"]


@lru_cache(maxsize=64)
def real_host(alias: str) -> str:
    """What `ssh -G` says, which connects to nothing; the name itself where it says nothing."""
    try:
        asked = subprocess.run(
            ["ssh", "-G", "--", alias], capture_output=True, timeout=_SECONDS, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError):
        return alias
    said = re.search(r"^hostname (\S+)$", asked.stdout.decode("utf-8", "replace"), re.MULTILINE)
    return said[1] if said and asked.returncode == 0 and _HOST.fullmatch(said[1]) else alias
