"""Worlds to promote in."""

from tests.commands.conftest import hub as hub
from tests.commands.conftest import local as local
from tests.commands.conftest import plant_hub as plant_hub
from tests.commands.conftest import plant_local as plant_local
from tests.commands.conftest import world as world
