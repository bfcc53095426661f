"""The Python packages that commands need, and how to install one."""

import shlex
import sys

from flux.errors import FluxError

_NAMES = {"git": "GitPython", "github": "PyGithub", "markdown_it": "markdown-it-py", "yaml": "PyYAML"}
"""The package of each module whose name differs from its package's."""


def missing_package(error: ModuleNotFoundError) -> FluxError:
    """Return the error about a module that was not found."""
    module = (error.name or "").partition(".")[0]
    package = _NAMES.get(module, module.replace("_", "-"))
    return FluxError(f"the Python package {package} is missing", f"`{install(package + _exactly(package))}`")


def _exactly(package: str) -> str:
    """Return `==` and the version if exactly one version is required, else an empty text."""
    from importlib.metadata import PackageNotFoundError, requires

    try:
        listed = requires("flux-artifacts") or ()
    except PackageNotFoundError:
        return ""
    return next((text[len(package) :] for text in listed if text.startswith(f"{package}==")), "")


def install(requirement: str) -> str:
    """Return the command that installs a package for the running Python."""
    return shlex.join([sys.executable, "-m", "pip", "install", requirement])
