"""The Python packages that commands need, and how to install one."""

import shlex
import sys

from flux.errors import FluxError

_NAMES = {"git": "GitPython", "github": "PyGithub", "markdown_it": "markdown-it-py", "yaml": "PyYAML"}
"""What pip calls modules that have another name than their package."""


def missing_package(error: ModuleNotFoundError) -> FluxError:
    """The message about a module that was not found."""
    module = (error.name or "").partition(".")[0]
    package = _NAMES.get(module, module.replace("_", "-"))
    return FluxError(f"the Python package {package} is missing", f"`{install(package + _exactly(package))}`")


def _exactly(package: str) -> str:
    """`==` and the version where no other will do."""
    from importlib.metadata import PackageNotFoundError, requires

    try:
        listed = requires("flux-artifacts") or ()
    except PackageNotFoundError:
        return ""
    return next((text[len(package) :] for text in listed if text.startswith(f"{package}==")), "")


def install(requirement: str) -> str:
    """The command that brings a package to the Python that runs this."""
    return shlex.join([sys.executable, "-m", "pip", "install", requirement])
