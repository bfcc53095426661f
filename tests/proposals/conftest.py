"""Worlds to promote in."""

from tests.commands.conftest import hub as hub
from tests.commands.conftest import local as local
from tests.commands.conftest import world as world
