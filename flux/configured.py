"""Where settings are written: in a project's configuration, and in variables of the environment."""

import os
from collections.abc import MutableMapping

FILES = ("invoke.yaml", "invoke.yml", "invoke.json")
"""A project's configuration, of which Invoke reads the first that is there."""

PREFIX = "INVOKE_FLUX_"
"""How the name of a variable begins that is a setting."""


def take_environment(environment: MutableMapping[str, str] = os.environ) -> dict[str, str]:
    """Take the variables `INVOKE_FLUX_*` away from Invoke, which would cast them to the type that invoke.yaml
    happens to have, read `false` as true and refuse lists. To be called before Invoke looks."""
    names = [name for name in environment if name.startswith(PREFIX)]
    return {name: environment.pop(name) for name in names}
