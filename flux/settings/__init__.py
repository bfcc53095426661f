"""The settings: one frozen object, read from the section `flux:` of invoke.yaml."""

from flux.configured import FILES as FILES
from flux.settings.derived import Settings as Settings
from flux.settings.phases import Phase as Phase
from flux.settings.reading import find_faults as find_faults
from flux.settings.reading import read_settings as read_settings
from flux.settings.reading import require_section as require_section
from flux.settings.reading import section as section
