"""Finds where images go today: a registry, and templates of repositories in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flux.adoption.clues import Gap, ProposedSetting
from flux.adoption.pushes import PushCommand
from flux.adoption.variables import VARIABLE
from flux.artifact.folder import NAME
from flux.artifact.name import name_fault
from flux.regex import regex

_LOOPBACK = regex(r"(localhost|127\.[0-9.]+|\[::1\]|[\w.-]+\.localhost)(:[0-9]+)?")
_UNKNOWN = "{unknown}"
"""Stands for a value that all artifacts share and that only a run on the forge knows."""
_OF_THE_FORGE = regex(
    r"\$\{\{\s*(github\.repository|github\.repository_owner|vars\.\w+|secrets\.\w+)\s*\}\}"
    r"|\$\{?GITHUB_REPOSITORY(_OWNER)?(,,)?\}?(?!\w)"
)
_TWO_FOLDERS = "{parent}/{folder}"


@dataclass(frozen=True)
class Destination:
    """Where a command pushes the folders of a glob. `template` has `{name}` for each part that varies.

    The glob is `*` if it may be any folder.
    """

    glob: str
    template: str
    place: str

    @property
    def host(self) -> str:
        return self.template.partition("/")[0]


def in_earnest(pushes: Sequence[PushCommand]) -> list[PushCommand]:
    """Return the pushes to remote registries, or all if there are none. Pushes to this machine are tests."""
    return [push for push in pushes if not _LOOPBACK.fullmatch(push.repository.partition("/")[0])] or [
        *pushes
    ]


def destinations(pushes: Sequence[PushCommand]) -> list[Destination]:
    """Return the destinations, without those whose variables can have the values of another one."""
    found = [
        Destination(globbed(push), _template(push.repository), push.place)
        for push in pushes
        if push.url.startswith("oci://")
    ]
    known = [one for one in found if "{" not in one.host]
    return [one for one in found if one in known or not any(_covers(one, other) for other in known)]


def _template(repository: str) -> str:
    """Return a repository with `{name}` for each part that varies. A loop over a glob is such a part."""
    return VARIABLE.sub(NAME, _OF_THE_FORGE.sub(_UNKNOWN, repository)).replace("*", NAME)


def globbed(push: PushCommand) -> str:
    """Return the folders that a command pushes, as a glob. `*` stands for each part that varies."""
    return VARIABLE.sub("*", push.path.removeprefix("./").rstrip("/")) or "."


def find_destinations(found: Sequence[Destination]) -> tuple[list[ProposedSetting | Gap], dict[str, str]]:
    """Return the settings `registry` and `repository`, and the repository of each glob if they differ."""
    if not found:
        return [], {}
    parts = [_parts_before_name(one.template) for one in found]
    registry = "/".join(_shared(parts))
    if NAME in registry or not registry:
        return [_several(found)], {}
    templates: dict[str, str] = {}
    for one in found:
        template = _fitting(one, one.template[len(registry) + 1 :])
        if template.count(NAME) > 1:
            return [_varying(one)], {}
        if templates.setdefault(one.glob, template) != template:
            return [_several(found)], {}
    place = f"{found[0].place} pushes to {found[0].template}"
    settings: list[ProposedSetting | Gap] = [ProposedSetting("registry", f"oci://{registry}", place)]
    if _UNKNOWN in registry:
        settings = [_unknown(found[0], "registry")]
    if any(_UNKNOWN in template for template in templates.values()):
        return [*settings, _unknown(found[0], "repository")], {}
    if len(set(templates.values())) > 1:
        return settings, templates
    (template,) = {*templates.values()}
    if template == _TWO_FOLDERS:
        return settings, templates
    if template != NAME:
        settings.append(ProposedSetting("repository", template, place))
    return settings, {}


def _covers(one: Destination, other: Destination) -> bool:
    """Whether the variables of `one` can have the values of `other`."""
    parts = re.split(r"\{\w+\}", one.template)
    return re.fullmatch(".+".join(map(re.escape, parts)), other.template) is not None


def _parts_before_name(template: str) -> list[str]:
    """Return the parts that can belong to the registry: those before the first part that varies.

    If no part varies, the last one is left out.
    """
    parts = template.split("/")
    at = next((at for at, part in enumerate(parts) if NAME in part), len(parts) - 1)
    return parts[:at]


def _shared(lists: Sequence[Sequence[str]]) -> list[str]:
    """Return the parts at the beginning that all lists share."""
    shared: list[str] = []
    for parts in zip(*lists, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return shared


def name_of(glob: str, repository: str) -> str:
    """Return the name of the artifact in one folder: the folder's name if the repository's name contains it,
    else the repository's name. It is empty if neither is a valid name."""
    folder, last = glob.rpartition("/")[2], repository.rpartition("/")[2]
    return next((one for one in (folder if folder in last else last, folder) if not name_fault(one)), "")


def _fitting(one: Destination, template: str) -> str:
    """Return the template with placeholders: two folders if two parts vary, else the artifact's name."""
    if template.count(NAME) == 2 and one.glob.endswith("*/*"):
        return template.replace(NAME, "{parent}", 1).replace(NAME, "{folder}", 1)
    if "*" not in one.glob and NAME not in template and (name := name_of(one.glob, template)):
        above, slash, last = template.rpartition("/")
        return f"{above}{slash}{last.replace(name, NAME, 1)}"
    return template


def _several(found: Sequence[Destination]) -> Gap:
    first: dict[str, str] = {}
    for one in found:
        first.setdefault(one.template, one.place)
    listed = "; ".join(f"{place} to {template}" for template, place in first.items())
    return Gap(
        f"images go to repositories of more than one form: {listed}",
        "push all to one registry, and say where in invoke.yaml: the settings `registry` and `repository`",
        "registry",
    )


def _unknown(one: Destination, setting: str) -> Gap:
    return Gap(
        f"{one.place} pushes to {one.template}, of which only a run on the forge knows all",
        f"set `{setting}` in invoke.yaml, and run it again with `--force`",
        setting,
    )


def _varying(one: Destination) -> Gap:
    return Gap(
        f"{one.place} pushes to {one.template}, which has more than one part that varies",
        "set `registry` and `repository` in invoke.yaml",
        "repository",
    )
