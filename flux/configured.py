"""Settings come from two places: a project's configuration file and environment variables."""

import os
from collections.abc import MutableMapping

FILES = ("invoke.yaml", "invoke.yml", "invoke.json")
"""The names of the configuration file. Invoke reads the first file that exists."""

PROGRAM = "invoke.py"
"""The file that Invoke runs as a program, for its configuration, if there is none of FILES."""

PREFIX = "INVOKE_FLUX_"
"""The prefix of environment variables that are settings."""


def take_environment(environment: MutableMapping[str, str] = os.environ) -> dict[str, str]:
    """Remove the variables `INVOKE_FLUX_*` from the environment and return them. Call it before Invoke reads
    them: Invoke casts them to the type in invoke.yaml, reads `false` as true, and refuses lists."""
    names = [name for name in environment if name.startswith(PREFIX)]
    return {name: environment.pop(name) for name in names}
