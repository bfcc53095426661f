"""Hostile bodies are read as GitHub shows them or refused, within seconds."""

import time

import pytest

from flux.errors import IssueError
from flux.promotion.boxes import read_boxes, restore, ticked, unknown, untick
from flux.promotion.marker import read_marker
from flux.promotion.proposal import Promotion
from tests.promotion.bodies import HostileBody, hostile_bodies
from tests.promotion.github import shown
from tests.promotion.samples import PHASES

_BODIES = hostile_bodies()
_MARKER = Promotion("app", "1.1.0")
_ENVIRONMENTS = {environment for members in PHASES.values() for environment in members}
_MOST_SECONDS = 20  # of this process; about six for the slowest


def test_there_are_enough() -> None:
    assert len(_BODIES) >= 50
    assert len({hostile.name for hostile in _BODIES}) == len(_BODIES)


@pytest.mark.stories
@pytest.mark.parametrize("hostile", _BODIES, ids=[hostile.name for hostile in _BODIES])
def test_hostile(hostile: HostileBody) -> None:
    body = hostile.body(_MARKER)
    assert read_marker(body) == (_MARKER if hostile.marked else None)
    started = time.process_time()
    if hostile.refused:
        with pytest.raises(IssueError, match=hostile.refused.replace("+", r"\+")):
            read_boxes(body)
        return
    wanted = ticked(body, PHASES)
    assert time.process_time() - started < _MOST_SECONDS
    assert wanted == hostile.ticked
    assert unknown(body, PHASES) == [*hostile.unknown]
    on_the_page = {name for name, tick in shown(body) if tick}
    phases = {phase for phase, members in PHASES.items() if wanted >= {*members}}
    assert wanted <= on_the_page | {e for phase in phases & on_the_page for e in PHASES[phase]}
    if not hostile.name.startswith("made-"):
        nothing = untick(body, _ENVIRONMENTS, PHASES)
        assert ticked(nothing, PHASES) == set()
        assert len(nothing) == len(body)
        assert ticked(restore(nothing, body, nothing, {*PHASES, *_ENVIRONMENTS}), PHASES) == wanted
