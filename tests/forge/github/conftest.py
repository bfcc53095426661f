"""Pauses that nobody has to wait for."""

import pytest


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that would have been waited."""
    waited: list[float] = []
    monkeypatch.setattr("flux.forge.github.retry.time.sleep", waited.append)
    return waited
