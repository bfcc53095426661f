"""What a kind of registry says of itself if it says nothing else."""

from flux.registry.kind import RegistryKind, RegistrySetting
from flux.registry.target import Registry


class Quiet(RegistryKind):
    def read(self, location: str) -> str:
        return location

    def open(self, setting: RegistrySetting) -> Registry:
        raise NotImplementedError


def test_it_is_on_no_server() -> None:
    assert Quiet().host("anywhere") == ""
