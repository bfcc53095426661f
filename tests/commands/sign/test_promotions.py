"""Which images are promoted, and as what. How it signs is in `tests/actions/test_sign.py`."""

from pathlib import Path

import pytest

from flux.commands.sign.promotions import OFF, find_promoted, sign_promotions
from flux.errors import RequestError
from flux.monorepo.drift import Looked
from flux.promotion.plan import Action, Step
from flux.settings import Phase, Settings
from tests.commands.invoking import inv, monorepo
from tests.monorepos import opened

PHASES = (Phase("at", ("at_ring1", "at_ring2")), Phase("prod", ("prod",)))
ONE, TWO = f"sha256:{'1' * 64}", f"sha256:{'2' * 64}"
FILES = {"artifacts/eso/x.yaml": "x: 1\n"}


def test_what_is_where_it_should_be_is_promoted_for_each_phase(tmp_path: Path) -> None:
    steps = [
        Step("eso", "at_ring1", "1.1.0", TWO, TWO, Action.UNCHANGED),
        Step("eso", "at_ring2", "1.1.0", TWO, TWO, Action.UNCHANGED),
        Step("eso", "prod", "1.0.0", ONE, ONE, Action.UNCHANGED),
        Step("db", "at_ring1", "1.0.0", ONE, TWO, Action.MOVE),
        Step("db", "at_ring2", "2.0.0", ONE, None, Action.MISSING),
        Step("db", "prod", None, ONE, None, Action.LEFT),
    ]
    repo = monorepo(tmp_path / "repo", FILES)
    with opened(repo, Settings(registry="oci://ghcr.io/octo", phases=PHASES)) as context:
        found = find_promoted(context, [Looked("eso", steps[:3]), Looked("db", steps[3:])])
    assert [(each.reference, dict(each.annotations)) for each in found] == [
        (f"ghcr.io/octo/eso@{TWO}", {"artifact": "eso", "version": "1.1.0", "phase": "at"}),
        (f"ghcr.io/octo/eso@{ONE}", {"artifact": "eso", "version": "1.0.0", "phase": "prod"}),
    ]


def test_nothing_is_signed_where_the_setting_is_off(tmp_path: Path) -> None:
    ran = inv(monorepo(tmp_path / "repo", FILES), "sign.promotions")
    assert (ran.code, ran.out.strip()) == (0, OFF)


def test_a_terminal_signs_nothing(tmp_path: Path) -> None:
    with (
        opened(monorepo(tmp_path / "repo", FILES), Settings(sign_promotions=True)) as context,
        pytest.raises(RequestError, match="only a job of GitHub Actions can sign"),
    ):
        sign_promotions(context)
