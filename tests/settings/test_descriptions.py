"""Each setting says what it is for."""

from flux.settings.descriptions import DESCRIPTIONS
from flux.settings.table import READERS


def test_each_setting_is_described_in_sentences() -> None:
    assert DESCRIPTIONS.keys() == READERS.keys()
    for name, text in DESCRIPTIONS.items():
        assert text.endswith("."), name
        assert text[0].isupper() or text[0] == "`", name
