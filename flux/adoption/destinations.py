"""Where images go today: a registry, and repositories in it by templates."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flux.adoption.clues import Gap, ProposedSetting
from flux.adoption.pushes import PushCommand
from flux.adoption.variables import VARIABLE
from flux.artifact.name import name_fault
from flux.regex import regex

NAME = "{name}"
_LOOPBACK = regex(r"(localhost|127\.[0-9.]+|\[::1\]|[\w.-]+\.localhost)(:[0-9]+)?")
_UNKNOWN = "{unknown}"
"""For what is the same for all artifacts, and only a run on the forge knows."""
_OF_THE_FORGE = regex(
    r"\$\{\{\s*(github\.repository|github\.repository_owner|vars\.\w+|secrets\.\w+)\s*\}\}"
    r"|\$\{?GITHUB_REPOSITORY(_OWNER)?(,,)?\}?(?!\w)"
)
_TWO_FOLDERS = "{parent}/{folder}"


@dataclass(frozen=True)
class Destination:
    """Where a command pushes what a glob means; `template` has `{name}` for each part that varies.

    The glob is `*` where it may be any folder.
    """

    glob: str
    template: str
    place: str

    @property
    def host(self) -> str:
        return self.template.partition("/")[0]


def in_earnest(pushes: Sequence[PushCommand]) -> list[PushCommand]:
    """The pushes to registries that are not on this machine, if there are any: the others are tests."""
    return [push for push in pushes if not _LOOPBACK.fullmatch(push.repository.partition("/")[0])] or [
        *pushes
    ]


def destinations(pushes: Sequence[PushCommand]) -> list[Destination]:
    """Those that tell something: not one with variables for what another has."""
    found = [
        Destination(
            globbed(push), VARIABLE.sub(NAME, _OF_THE_FORGE.sub(_UNKNOWN, push.repository)), push.place
        )
        for push in pushes
        if push.url.startswith("oci://")
    ]
    known = [one for one in found if "{" not in one.host]
    return [one for one in found if one in known or not any(_covers(one, other) for other in known)]


def globbed(push: PushCommand) -> str:
    """The folders that a command pushes, as a glob; `*` stands for each part that varies."""
    return VARIABLE.sub("*", push.path.removeprefix("./").rstrip("/")) or "."


def find_destinations(found: Sequence[Destination]) -> tuple[list[ProposedSetting | Gap], dict[str, str]]:
    """The settings `registry` and `repository`, and the repositories of each glob where they differ."""
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
    """Whether the variables of one may have the values of another."""
    parts = re.split(r"\{\w+\}", one.template)
    return re.fullmatch(".+".join(map(re.escape, parts)), other.template) is not None


def _parts_before_name(template: str) -> list[str]:
    """The parts of a path that a registry may have: those before the first that varies, without the last."""
    parts = template.split("/")
    at = next((at for at, part in enumerate(parts) if NAME in part), len(parts) - 1)
    return parts[:at]


def _shared(lists: Sequence[Sequence[str]]) -> list[str]:
    """The parts that all begin with."""
    shared: list[str] = []
    for parts in zip(*lists, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return shared


def name_of(glob: str, repository: str) -> str:
    """The name of the artifact in one folder: the folder's where its repository has it, else that one's.

    Empty where neither can be one.
    """
    folder, last = glob.rpartition("/")[2], repository.rpartition("/")[2]
    return next((one for one in (folder if folder in last else last, folder) if not name_fault(one)), "")


def _fitting(one: Destination, template: str) -> str:
    """A template that names what varies: two folders where the glob has two, and else the artifact."""
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
