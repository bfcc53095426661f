"""The order of phases: a version goes to one after the one before."""

from collections.abc import Collection, Mapping, Sequence


def out_of_order(
    phases: Mapping[str, Sequence[str]],
    versions: Mapping[str, str],
    version: str,
    environments: Collection[str],
) -> dict[str, list[str]]:
    """The phases that `environments` are of and that are not due yet, each with the environments of the
    phase ahead that do not have `version`. `phases` are in their order, `versions` are main's."""
    early = {}
    ahead: Sequence[str] = ()
    for phase, own in phases.items():
        behind = [environment for environment in ahead if versions.get(environment) != version]
        if behind and set(own) & set(environments):
            early[phase] = behind
        ahead = own
    return early
