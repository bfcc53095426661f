"""Which flux there has to be, and how many run at once."""

import os
from pathlib import Path

import pytest

from flux.errors import RequestError
from flux.parallel import in_parallel
from flux.registry.flux_cli.cli import FluxCli
from tests.commands.invoking import crowded
from tests.registry.conftest import Place
from tests.registry.flux_cli.failing import TAGS, failed
from tests.registry.images import packed


@pytest.mark.usefixtures("flux_cli")
@pytest.mark.parametrize("wanted", ["2", "2.9", "2.9.4"])
def test_the_version_wanted_or_how_it_begins(wanted: str) -> None:
    FluxCli(wanted, "generic").require()


@pytest.mark.usefixtures("flux_cli")
@pytest.mark.parametrize("wanted", ["3", "2.8", "2.9.3", "2.9.40", "2.9.4-rc.1", "2.90", "29"])
def test_another_version(wanted: str) -> None:
    with pytest.raises(RequestError) as raised:
        FluxCli(wanted, "generic").require()
    assert raised.value.message == (
        f"flux is 2.9.4, not {wanted}, and another version may pack artifacts differently"
    )
    assert f"install flux {wanted} (https://fluxcd.io/" in raised.value.hint
    assert "`flux_version`" in raised.value.hint


@pytest.mark.parametrize("program", [None, "#!/bin/sh\nexit 1\n", "#!/bin/sh\necho 2.9.4\n", "not a program"])
def test_no_flux(program: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if program is not None:
        (tmp_path / "flux").write_text(program)
        (tmp_path / "flux").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RequestError) as raised:
        FluxCli("2.9", "generic").require()
    assert (
        raised.value.message == "the publisher is flux, and there is no flux on PATH that prints its version"
    )
    assert "install flux 2.9 (https://fluxcd.io/" in raised.value.hint


@pytest.mark.stories
def test_a_flux_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "flux").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "flux").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr("flux.registry.flux_cli.cli._ANSWER_SECONDS", 1)
    with pytest.raises(RequestError) as raised:
        FluxCli("2.9", "generic").require()
    assert raised.value.message == "the publisher is flux, which does not answer within 1 seconds"
    assert "`flux version --client`" in raised.value.hint


def test_a_flux_that_goes_away(flux: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    error = failed(lambda: flux.publisher.push(packed(), TAGS))
    assert error.message.endswith("could not be run: No such file or directory")


@pytest.mark.stories
def test_more_may_be_asked_for_than_run_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each process of the real one takes 100 MiB."""
    running = crowded(tmp_path / "flux", 0.5)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    cli = FluxCli("2.9", "generic")
    repositories = [f"oci://127.0.0.1:9/app{n}@sha256:{'0' * 64}" for n in range(16)]
    list(in_parallel(16, lambda url: cli.tag(url, ["at"]), repositories))
    assert len(running()) == 16
    assert 4 < max(running()) <= 8, "only the first goes alone"
