"""How the tests of texts compare each function with all that it says."""

import inspect
from collections.abc import Mapping, Sequence
from types import ModuleType

Said = Mapping[str, Sequence[tuple[str, str]]]
"""By the name of a function: what it says, and what it has to say."""


def assert_said(module: ModuleType, said: Said) -> None:
    """Every function of the module is there, and says what it has to."""
    functions = inspect.getmembers(module, inspect.isfunction)
    own = {name for name, each in functions if each.__module__ == module.__name__ and name[0] != "_"}
    assert said.keys() == own
    for name, each in said.items():
        for found, expected in each:
            assert found == expected, name
