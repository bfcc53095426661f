"""Readers for registries, repositories, branches, release tags and URLs. They raise ValueError."""

import re
from urllib.parse import urlsplit

from flux.regex import regex
from flux.settings.values import names, text


def registry(value: object) -> str:
    location = text(value)
    scheme, separator, rest = location.partition("://")
    if not separator:
        first = location.partition("/")[0]
        if ":" in first or "@" in first or "." in first.lstrip("."):
            raise ValueError("a registry begins with oci://, a folder of such a name with ./")
        return location.rstrip("/") or "/"
    host, _, path = rest.rstrip("/").partition("/")
    if scheme != "oci":
        raise ValueError("a registry begins with oci://")
    if "@" in rest:
        raise ValueError("credentials do not belong here; use docker login")
    if not re.fullmatch(r"(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?", host):
        raise ValueError("its host is not valid")
    if path and not _REPOSITORY.fullmatch(path):
        raise ValueError("its path cannot be an OCI repository")
    return f"oci://{host}/{path}".rstrip("/")


_REPOSITORY_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REPOSITORY = regex(rf"{_REPOSITORY_PART}(?:/{_REPOSITORY_PART})*")


def repository(value: object) -> str:
    """Return the template of an artifact's repository, below the registry's path."""
    template = text(value)
    if template.count("{name}") > 1 or "{" in template.replace("{name}", ""):
        raise ValueError("it may have {name} once")
    if not _REPOSITORY.fullmatch(template.replace("{name}", "a")):
        raise ValueError("it is not the path of an OCI repository")
    return template


def branch(value: object) -> str:
    """Return a branch's name. It follows the rules of git-check-ref-format(1)."""
    name = text(value)
    if re.search(r"[\s~^:?*\[\\\x7f]|\.\.|@\{|//|^[-/]|[/.]$|\.lock(/|$)|(^|/)\.", name) or name == "@":
        raise ValueError
    return name


def branches(value: object) -> tuple[str, ...]:
    """Return branches, or patterns of their names."""
    found = names(value)
    for pattern in found:
        branch(pattern.replace("*", "x"))
    return found


def release_tag(value: object) -> str:
    from flux.release.tag import TagForm

    form = text(value)
    if fault := TagForm(form).fault():
        raise ValueError(f"it {fault}")
    branch(form.replace("{artifact}", "a").replace("{version}", "1.0.0"))
    return form


def source(value: object) -> str:
    url = text(value)
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError from None  # the message may contain a password
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError
    if "@" in url:
        raise ValueError("credentials do not belong in images")
    return url
