"""Namespaces of Linux, in which build steps run."""

import pytest

from flux.step import can_cut_off
from tests import parts
from tests.conftest import need


@pytest.fixture(autouse=True)
def namespaces() -> None:
    """Skips, or fails, where this machine gives none."""

    def find() -> bool:
        if not can_cut_off():
            raise parts.MissingError("no user namespace can be made: allow them, or be root")
        return True

    need(find)
