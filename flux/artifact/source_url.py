"""The source URL of an image, with the same spelling in every clone."""

import re
from urllib.parse import urlsplit

from flux.regex import regex

_SCP = regex(r"(?:[^@:/\[]*@)?(?:\[(?P<bracketed>[^\]]+)\]|(?P<host>[^@:/\[]{2,})):(?P<path>[^@]+)")
_HELPED = regex(r"[A-Za-z0-9+.-]+::")  # gitremote-helpers(7)
_SCHEMES = ("https", "http", "ssh", "git", "git+ssh", "ssh+git")


def https_url(origin: str) -> str:
    """Return the https URL of a remote, without credentials and `.git`; empty if it has no host.

    The forms are those of git-clone(1), "GIT URLS": `https://host/path`, `ssh://git@host:22/path`,
    `git@host:path`, `[git@host:22]:path`. Only a port of an https URL is kept.
    """
    if _HELPED.match(origin):
        return ""
    if "://" in origin:
        scheme, _, rest = origin.partition("://")
        authority = re.split(r"[/?#]", rest)[0]
        if "@" in rest[len(authority) :]:
            return ""  # probably a credential with an unescaped slash or number sign
        path = re.split(r"[?#]", rest[len(authority) :])[0]
    elif match := _SCP.fullmatch(origin):
        scheme, authority, path = "ssh", match["host"] or match["bracketed"], match["path"]
        if authority.count(":") > 1 and "@" not in authority:
            authority = f"[{authority}]"  # an IPv6 address; the pattern removed its brackets
    else:
        return ""
    host = _host(scheme.lower(), authority)
    return f"https://{host}/{path.strip('/').removesuffix('.git')}" if host else ""


def names_host(origin: str) -> bool:
    """Whether a remote is on another host, even if `https_url` cannot tell which."""
    if _HELPED.match(origin):
        return True
    if "://" in origin:
        return not origin.lower().startswith("file:")
    return bool(re.match(r"[^/:]{2,}:", origin))


def _host(scheme: str, authority: str) -> str:
    """Return the host of a URL, with the port if the scheme is https."""
    try:
        parts = urlsplit(f"//{authority}")
        port, name = parts.port, parts.hostname
    except ValueError:
        return ""
    if scheme not in _SCHEMES or not name or parts.netloc != authority:
        return ""
    name = f"[{name}]" if ":" in name else name
    if name == "ssh.github.com":
        return "github.com"  # GitHub's ssh over the https port, for use behind a firewall
    return f"{name}:{port}" if scheme == "https" and port not in (None, 443) else name
