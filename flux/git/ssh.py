"""The host that ssh goes to under a name: ssh_config(5) has aliases."""

import re
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from os.path import basename, expanduser

from flux.regex import regex

_SECONDS = 5
_URL = regex(
    r"(?P<before>(?:git\+)?ssh(?:\+git)?://(?:[^@/]*@)?)(?P<host>[^:/\[\]@]+)(?P<after>(?::\d+)?/.*)"
)
_SCP = regex(r"(?P<before>(?:[^@:/\[\]]*@)?)(?P<host>[^:/\[\]@]{2,})(?P<after>:(?!//).*)")
_HOST = regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,252}")
_NAME = regex(r".+\.[A-Za-z][A-Za-z0-9-]*\.?")
"""A host that has a domain."""


def resolved(url: str, command: str = "") -> str:
    """A URL with the host that ssh goes to, where git starts it with that command; any other URL as it is."""
    found = _URL.fullmatch(url) or (None if "://" in url else _SCP.fullmatch(url))
    if found is None or not _HOST.fullmatch(found["host"]):
        return url
    return found["before"] + real_host(found["host"], _words(command)) + found["after"]


def _words(command: str) -> tuple[str, ...]:
    """The words of a command that starts OpenSSH, such as `ssh -F ~/.ssh/work`; `ssh` for any other."""
    import shlex

    with suppress(ValueError):
        words = tuple(map(expanduser, shlex.split(command)))
        if words and basename(words[0]) == "ssh":  # noqa: PTH119
            return words
    return ("ssh",)


@lru_cache(maxsize=64)
def real_host(alias: str, command: Sequence[str] = ("ssh",)) -> str:
    """What `ssh -G` says, which connects to nothing; the name itself where it says nothing.

    Also where it says the address or the short name of a host that has a full name.
    """
    try:
        asked = subprocess.run(
            [*command, "-G", "--", alias], capture_output=True, timeout=_SECONDS, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError):
        return alias
    said = re.search(r"^hostname (\S+)$", asked.stdout.decode("utf-8", "replace"), re.MULTILINE)
    if said is None or asked.returncode or not _HOST.fullmatch(said[1]):
        return alias
    return said[1] if _NAME.fullmatch(said[1]) or "." not in alias else alias
