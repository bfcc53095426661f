"""Checks who may make, move and delete release tags."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flux.diagnosis.check_line import Line, Rating
from flux.diagnosis.gh import gh

if TYPE_CHECKING:
    from flux.forge.place import Place
    from flux.monorepo.monorepo import Monorepo

_KINDS = {"creation": "make", "update": "move", "deletion": "delete"}
# The ID of the administrator role: https://docs.github.com/rest/repos/rules
_ADMINISTRATOR = 5


def check_release_tags(monorepo: Monorepo, place: Place) -> Iterator[Line]:
    form = monorepo.settings.release_tag
    ref = f"refs/tags/{form.replace('{artifact}', 'artifact').replace('{version}', '1.0.0')}"
    found = monorepo.forge.tag_rules()
    if found is None:
        yield Line("release tags", Rating.OK, "this token cannot see the rulesets")
        return
    kept = {kind for rules in found if rules.covers(ref) for kind in rules.kinds}
    lacking = [does for kind, does in _KINDS.items() if kind not in kept]
    if not lacking:
        yield Line("release tags", Rating.OK, "a ruleset says who may make, move and delete them")
        return
    said = f"no ruleset says who may {' or '.join(lacking)} tags such as {ref.removeprefix('refs/tags/')}"
    pattern = form.replace("{artifact}", "*").replace("{version}", "*")
    fix = gh(
        place,
        "POST",
        "rulesets",
        *("name=release tags", "target=tag", "enforcement=active"),
        *(f"conditions[ref_name][include][]=refs/tags/{pattern}", "conditions[ref_name][exclude][]"),
        *(f"rules[][type]={kind}" for kind in _KINDS),
        *(f"bypass_actors[][actor_id]={_ADMINISTRATOR}", "bypass_actors[][actor_type]=RepositoryRole"),
        "bypass_actors[][bypass_mode]=always",
    )
    yield Line("release tags", Rating.WARNING, said, f"{fix}, then add to it whoever may release")
