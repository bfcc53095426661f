"""Checks everything that the commands need, and says how to fix what is missing.

Packages and programs may be missing, even git. So each check imports what it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from flux.diagnosis import accounts, key, machine, owners, places, reviews, tags
from flux.diagnosis.check_line import Line, Rating, looked_at, obtained, problem
from flux.event import Event, read_event, read_surroundings
from flux.settings import Settings, find_faults, read_settings

if TYPE_CHECKING:
    from flux.forge.forge import Forge
    from flux.forge.place import Place
    from flux.git.clone import Clone
    from flux.monorepo.monorepo import Monorepo
    from flux.registry.target import Registry

    _Check = Callable[[Monorepo, Place], Iterable[Line]]

_OF_FORGES: Mapping[str, _Check] = {
    "workflows": reviews.check_workflows,
    "branch": reviews.check_branch,
    "code owners": owners.check_code_owners,
    "reviews": reviews.check_reviews,
    "approvals": reviews.check_approvals,
    "two people": reviews.check_two_people,
    "rules": reviews.check_rules_are_required,
    "release tags": tags.check_release_tags,
    "app key": key.check_app_key,
    "automation": accounts.check_automation,
}


def examine(configured: object, environment: Mapping[str, str]) -> Iterator[Line]:
    """Yield a line for each check, as soon as it is done. A check that fails is a line too.

    If something is missing that these settings do not need, that is not a problem. `configured` and
    `environment` are the arguments of `read_settings`.
    """
    faults = yield from obtained("settings", lambda: find_faults(configured, environment))
    yield from (problem("settings", fault) for fault in faults or ())
    settings = read_settings(configured, environment) if faults == [] else None
    if settings:
        named = ", ".join(sorted(settings.named))
        yield Line("settings", Rating.OK, f"valid; set are {named}" if named else "valid, all by default")
    event = (yield from obtained("event", read_event)) or read_surroundings()
    yield from looked_at("packages", machine.check_packages)
    yield from looked_at("kustomize", machine.check_kustomize)
    clone = None
    if git := (yield from obtained("git", machine.check_git)):
        yield git
        clone = yield from obtained("clone", lambda: _open_clone(settings or Settings(), event))
    head = None
    if clone:
        with clone:
            if head := (yield from obtained("clone", clone.head)):
                yield from looked_at("clone", lambda: places.check_clone(clone))
                if settings:
                    yield from _examine_places(_context(clone, settings, event))
    if not (settings and head):
        said = "origin, registry and forge are checked once the problems above are fixed"
        yield Line("the rest", Rating.WARNING, said, "fix the problems above, then run `inv doctor` again")


def _examine_places(monorepo: Monorepo) -> Iterator[Line]:
    yield from looked_at("origin", lambda: places.check_origin(monorepo))
    yield from looked_at("flux", lambda: machine.check_flux(monorepo.settings))
    yield from looked_at("build steps", lambda: machine.check_build_steps(monorepo.settings))
    yield from looked_at("engine", machine.check_engine)
    names = (yield from obtained("sources", lambda: places.find_names_at_head(monorepo))) or []
    yield from looked_at("sources", lambda: places.check_sources(monorepo.settings, names))
    yield from looked_at("sources", lambda: places.check_clashes(monorepo))
    yield from looked_at("releases", lambda: places.check_releases(monorepo, names))
    yield from looked_at("registry", lambda: places.check_registry(monorepo, names))
    yield from looked_at("rendered workflows", lambda: places.check_rendered_workflows(monorepo))

    def ask_forge() -> tuple[Place, Line]:
        from flux.monorepo.opening import find_forge_place

        place = find_forge_place(monorepo)
        return place, accounts.check_forge(monorepo, place)

    if asked := (yield from obtained("forge", ask_forge)):
        place, line = asked
        yield line
        for subject, check in _OF_FORGES.items():
            if _fits(subject, place):
                yield from _checked(subject, check, monorepo, place)


def _checked(subject: str, check: _Check, monorepo: Monorepo, place: Place) -> Iterator[Line]:
    return looked_at(subject, lambda: check(monorepo, place))


# These functions import packages that may be missing.


def _fits(subject: str, place: Place) -> bool:
    from flux.forge.kinds import FORGE_KINDS

    return subject in FORGE_KINDS[place.kind].checks


def _open_clone(settings: Settings, event: Event) -> Clone:
    from flux.monorepo import opening

    return opening.open_clone(settings, event)


def _open_forge(monorepo: Monorepo) -> Forge:
    from flux.monorepo import opening

    return opening.open_forge(monorepo)


def _open_target_registry(monorepo: Monorepo) -> Registry:
    from flux.monorepo import registry

    return registry.open_target_registry(monorepo, reads_only=True)


def _context(clone: Clone, settings: Settings, event: Event) -> Monorepo:
    from flux.monorepo.monorepo import Monorepo

    return Monorepo(clone, settings, event, lambda m: _open_target_registry(m), lambda m: _open_forge(m))
