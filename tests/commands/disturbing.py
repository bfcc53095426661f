"""Commands that die in the middle: of a request to GitHub, of a call to a forge, of a call to a registry."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from flux.errors import ForgeError, RegistryError
from flux.forge.forge import Forge
from flux.monorepo import registry as monorepo_registry
from flux.registry import open_registry
from flux.registry.target import Registry
from tests.commands import promoting
from tests.commands.faulty import Faulty, refuse
from tests.github import faults
from tests.github.faults import Fault
from tests.github.server import GitHub

_REPEATS = 4
_ALL = 10**6


@contextmanager
def disturbed(github: GitHub, number: int, fault: Fault, *, gone: bool = False) -> Iterator[None]:
    """The n-th request from now on gets this fault, and when it is sent again no answer either; or nothing
    is answered any more, as to who was killed."""
    before = len(github.requests)

    def again() -> Fault | None:
        same = str(github.requests[-1]) == str(github.requests[before + number - 1])
        return faults.DROP if gone or same else None

    github.fail_next(fault, at=number)
    github.call_at(number + 1, again, times=_ALL if gone else _REPEATS)
    try:
        yield
    finally:
        github.calm()


@contextmanager
def faulty_registry(number: int, late: bool) -> Iterator[list[str]]:
    """Gives the calls to all registries that a command opens; the n-th of them fails, when it has done its
    work where that is `late`."""
    calls: list[str] = []

    def open_faulty(*arguments: Any) -> Registry:
        return Faulty(open_registry(*arguments), number, refuse(RegistryError), late, calls)

    with pytest.MonkeyPatch.context() as patch:
        for module in (monorepo_registry, promoting):
            patch.setattr(module, "open_registry", open_faulty)
        yield calls


def mortal(forge: Forge, number: int, late: bool) -> Forge:
    """A forge that answers nothing any more from its n-th call on; where it is `late` that one is done."""
    mortal: Any = _Mortal(forge, number, late)
    return mortal  # type: ignore[no-any-return]


class _Mortal:
    def __init__(self, forge: Forge, number: int, late: bool) -> None:
        self._forge, self._number, self._late = forge, number, late
        self._calls = 0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._forge, name)
        return self._counted(found) if callable(found) else found

    def _counted(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **more: Any) -> Any:
            self._calls += 1
            if self._calls < self._number:
                return method(*arguments, **more)
            if self._calls == self._number and self._late:
                method(*arguments, **more)
            raise ForgeError("the forge is gone", "wait for it")

        return call
