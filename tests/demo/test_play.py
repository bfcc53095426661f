"""A demo stays on this machine."""

import pytest

from flux.demo.play import variables
from flux.settings import Settings, read_settings


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Settings(), {"REGISTRY": ".registry", "FORGE": "local"}),
        (
            Settings(
                registry="oci://ghcr.io/x", forge="github", publisher="flux", promoters={"at": ("alice",)}
            ),
            {"REGISTRY": ".registry", "FORGE": "local", "PUBLISHER": "builtin", "PROMOTERS": ""},
        ),
    ],
)
def test_the_variables_keep_it_on_this_machine(settings: Settings, expected: dict[str, str]) -> None:
    found = variables(settings)
    assert found == {f"INVOKE_FLUX_{name}": value for name, value in expected.items()}
    overridden = read_settings({"promoters": {"at": "alice"}}, found)
    assert (overridden.registry, overridden.forge) == (".registry", "local")
    if settings.promoters:
        assert not overridden.promoters
