"""Where images go: one registry, and a template for all or for each glob."""

import pytest

from flux.adoption.clues import Gap, ProposedSetting
from flux.adoption.destinations import destinations, find_destinations, in_earnest, name_of
from flux.adoption.pushes import PushCommand


def told(*pushes: tuple[str, str]) -> tuple[dict[str, object], dict[str, str], list[str]]:
    commands = [PushCommand("push", "push.sh:1", f"oci://{url}", path) for path, url in pushes]
    found, own = find_destinations(destinations(commands))
    settings = {one.setting: one.value for one in found if isinstance(one, ProposedSetting)}
    return settings, own, [one.message for one in found if isinstance(one, Gap)]


@pytest.mark.parametrize(
    ("pushes", "settings", "own"),
    [
        ([("apps/$N", "r.io/o/$N:1")], {"registry": "oci://r.io/o"}, {}),
        # Roots that have folders of their own in the registry.
        (
            [("apps/$N", "r.io/o/apps/$N"), ("infra/$N", "r.io/o/infrastructure/$N")],
            {"registry": "oci://r.io/o"},
            {"apps/*": "apps/{name}", "infra/*": "infrastructure/{name}"},
        ),
        # Folders by their two last names.
        (
            [("infra/$A/$B", "r.io/$A/$B:1")],
            {"registry": "oci://r.io"},
            {"infra/*/*": "{parent}/{folder}"},
        ),
        # One folder beside others, in a repository that has its name or gives it one.
        ([("apps/$N", "r.io/o/$N"), ("clusters", "r.io/o/fleet")], {"registry": "oci://r.io/o"}, {}),
        (
            [("apps/a", "r.io/o/flux-a-sync"), ("apps/b", "r.io/o/flux-b-sync")],
            {"registry": "oci://r.io/o", "repository": "flux-{name}-sync"},
            {},
        ),
        # A command whose variables are not known says nothing that another does not.
        (
            [("$D", "$H.azurecr.io/$N:1"), ("f/$N", "x.azurecr.io/m/$N")],
            {"registry": "oci://x.azurecr.io/m"},
            {},
        ),
        ([("x", "${{ vars.REGISTRY }}/$N"), ("f/$N", "x.io/m/$N")], {"registry": "oci://x.io/m"}, {}),
        ([(".", "$(REGISTRY):latest"), (".", "r.io/o/fleet")], {"registry": "oci://r.io/o"}, {}),
    ],
)
def test_what_is_found(
    pushes: list[tuple[str, str]], settings: dict[str, object], own: dict[str, str]
) -> None:
    assert told(*pushes) == (settings, own, [])


@pytest.mark.parametrize(
    ("pushes", "message"),
    [
        (
            [("a/$N", "r.io/$N"), ("b/$N", "s.io/$N")],
            "more than one form: push.sh:1 to r.io/{name}; push.sh:1 to s",
        ),
        ([("a/$N", "$HOST/x/$N")], "more than one form: push.sh:1 to {name}/x/{name}"),
        ([("a/$N", "r.io/$T/$N")], "more than one part that varies"),
        ([("a/$N", "r.io/x/$N"), ("a/$N", "r.io/y/$N")], "more than one form"),
        ([("a/$N", "ghcr.io/${GITHUB_REPOSITORY,,}/$N")], "ghcr.io/{unknown}/{name}, of which only a run"),
        ([(".", "ghcr.io/${{ github.repository }}")], "ghcr.io/{unknown}, of which only a run"),
    ],
)
def test_what_no_setting_can_say(pushes: list[tuple[str, str]], message: str) -> None:
    _, _, (gap,) = told(*pushes)
    assert message in gap


def test_a_registry_of_this_machine_is_a_try() -> None:
    tried = PushCommand("push", "x", "oci://localhost:5000/a:1")
    real = PushCommand("push", "x", "oci://r.io/a:1")
    assert in_earnest([tried, real]) == [real]
    assert in_earnest([tried]) == [tried]


@pytest.mark.parametrize(
    ("glob", "repository", "name"),
    [("apps/a", "r.io/a", "a"), (".", "r.io/fleet", "fleet"), ("k/A", "r.io/b", "b"), (".", "r.io/X", "")],
)
def test_the_name_of_one_folder(glob: str, repository: str, name: str) -> None:
    assert name_of(glob, repository) == name
