"""What a demo is: scenes of commands that a person can type."""

from collections.abc import Mapping
from dataclasses import dataclass

from flux.forge.kinds import WITHOUT_SERVER
from flux.settings import Settings

_REGISTRY = ".registry"


@dataclass(frozen=True)
class Scene:
    """Commands to type into a shell in the clone, and why."""

    why: str
    typed: tuple[str, ...]


BOARD = Scene("The same for all artifacts, as a site that a browser opens from disk.", ("inv board",))


@dataclass(frozen=True)
class Demo:
    """`variables` are exported before the first scene. `afterwards` are commands to try after the last."""

    variables: Mapping[str, str]
    scenes: tuple[Scene, ...]
    afterwards: tuple[str, ...]


def variables(settings: Settings) -> dict[str, str]:
    """Return the variables that keep the demo on this machine, whatever the other settings are."""
    variables = {"INVOKE_FLUX_REGISTRY": _REGISTRY, "INVOKE_FLUX_FORGE": WITHOUT_SERVER}
    if settings.publisher != "builtin":
        variables["INVOKE_FLUX_PUBLISHER"] = "builtin"
    if settings.promoters:
        variables["INVOKE_FLUX_PROMOTERS"] = ""
    if settings.require_signature:
        variables["INVOKE_FLUX_REQUIRE_SIGNATURE"] = "false"  # only a job of GitHub Actions can sign
    return variables
