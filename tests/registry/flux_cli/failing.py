"""What flux pushes in these tests, and how it fails."""

from collections.abc import Callable

import pytest

from flux.errors import RegistryError

TAGS = ["aaaaaaaaaaaa", "latest"]


def failed(act: Callable[[], object]) -> RegistryError:
    with pytest.raises(RegistryError) as raised:
        act()
    error = raised.value
    assert "\n" not in error.message + error.hint
    return error
