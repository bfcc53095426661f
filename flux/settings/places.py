"""Readers for registries, forges, repositories, branches, release tags and URLs. They raise ValueError."""

import re
from urllib.parse import urlsplit

from flux.artifact.name import is_repository
from flux.settings.values import names, one_of, text


def registry(value: object) -> str:
    from flux.registry.kinds import kind_of

    location = text(value)
    return kind_of(location).read(location)


def forge(value: object) -> str:
    from flux.forge.kinds import FORGE_KINDS

    return one_of(*FORGE_KINDS)(value)


def repository(value: object) -> str:
    """Return the template of an artifact's repository, below the registry's path."""
    template = text(value)
    if template.count("{name}") > 1 or "{" in template.replace("{name}", ""):
        raise ValueError("it may have {name} once")
    if not is_repository(template.replace("{name}", "a")):
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
