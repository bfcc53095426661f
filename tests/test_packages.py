"""A Python package that is missing is named as pip knows it, with the command that brings it here."""

import shlex
import sys
from importlib.metadata import packages_distributions

import pytest

from flux.packages import install, missing_package


@pytest.mark.parametrize(
    ("module", "package"),
    [
        ("git", "GitPython"),
        ("github.Auth", "PyGithub"),
        ("github", "PyGithub"),
        ("markdown_it.token", "markdown-it-py"),
        ("yaml", "PyYAML"),
        ("rich.table", "rich"),
        ("python_on_whales", "python-on-whales"),
    ],
)
def test_the_package_of_a_module(module: str, package: str) -> None:
    error = missing_package(ModuleNotFoundError("no", name=module))
    assert error.message == f"the Python package {package} is missing"
    assert error.hint == f"`{install(package)}`"
    assert error.exit_code == 1
    known = packages_distributions()[module.partition(".")[0]]
    assert package.lower() in {name.lower() for name in known}


def test_the_command_can_be_typed() -> None:
    assert shlex.split(install("a>=1.2")) == [sys.executable, "-m", "pip", "install", "a>=1.2"]
