"""The host that ssh connects to for a name: ssh_config(5) may define aliases."""

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
"""A host name with a domain."""


def resolved(url: str, command: str = "") -> str:
    """Return an ssh URL with the host that this ssh command connects to; another URL unchanged."""
    found = _URL.fullmatch(url) or (None if "://" in url else _SCP.fullmatch(url))
    if found is None or not _HOST.fullmatch(found["host"]):
        return url
    return found["before"] + real_host(found["host"], _words(command)) + found["after"]


def _words(command: str) -> tuple[str, ...]:
    """Return the words of a command that starts OpenSSH, such as `ssh -F ~/.ssh/work`; else `ssh`."""
    import shlex

    with suppress(ValueError):
        words = tuple(map(expanduser, shlex.split(command)))
        if words and basename(words[0]) == "ssh":  # noqa: PTH119
            return words
    return ("ssh",)


@lru_cache(maxsize=64)
def real_host(alias: str, command: Sequence[str] = ("ssh",)) -> str:
    """Return the host that `ssh -G` prints, which does not connect; the alias if it prints none.

    Return the alias too if that is a full host name, and ssh prints an address or a short name.
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
