"""Where artifacts and images are, by what is pushed or by the folders, or why no setting can say it."""

from typing import Any

import pytest

from flux.adoption.clues import Clues, Gap, ProposedSetting
from flux.adoption.places import find_places

APPS = [f"apps/{name}/base/kustomization.yaml" for name in ("a", "b")]


def settings(paths: list[str], *commands: str, repository: str = "") -> dict[str, Any]:
    found = list(find_places(Clues(paths, {"push.sh": "\n".join(commands)}, repository=repository)))
    assert not [one for one in found if isinstance(one, Gap)]
    return {one.setting: one.value for one in found if isinstance(one, ProposedSetting)}


def gaps(paths: list[str], *commands: str) -> list[str]:
    found = find_places(Clues(paths, {"push.sh": "\n".join(commands)}))
    return [one.message for one in found if isinstance(one, Gap)]


@pytest.mark.parametrize(
    ("paths", "commands", "expected"),
    [
        (APPS, [], {"sources": "apps"}),
        (
            ["a/kustomization.yaml", "b/base/kustomization.yaml", ".github/kustomization.yaml", "docs/x"],
            [],
            {"artifacts": [{"path": "*", "exclude": ["/docs", "/flux"]}]},
        ),
        (
            [*APPS, "infra/components/x/kustomization.yaml"],
            [],
            {"artifacts": ["apps/*", "infra/components/*"]},
        ),
        (
            [*APPS, "apps/more/x/kustomization.yaml", "apps/more/y/z/base/kustomization.yaml"],
            [],
            {
                "artifacts": [
                    {"path": "apps/*", "exclude": ["/apps/more"]},
                    {"path": "apps/more/*", "exclude": ["/apps/more/y"]},
                    "apps/more/y/*",
                ]
            },
        ),
        (
            ["a/kustomization.yaml", "b/c/kustomization.yaml"],
            [],
            {"artifacts": [{"path": "*", "exclude": ["/flux", "/b"]}, "b/*"]},
        ),
        (
            APPS,
            [
                "flux push artifact oci://r.io/o/$N:1 --path=apps/$N",
                "flux push artifact oci://r.io/o/$N:1 --path=apps/a",
            ],
            {
                "artifacts": [{"path": "apps/*", "exclude": ["/apps/a"]}, "apps/a"],
                "registry": "oci://r.io/o",
            },
        ),
        (
            APPS,
            ["flux push artifact oci://r.io/o/$N:1 --path=apps/$N"],
            {"sources": "apps", "registry": "oci://r.io/o"},
        ),
        (
            APPS,
            ["flux push artifact oci://r.io/o/flux-$N-sync:1 --path=apps/$N"],
            {"sources": "apps", "registry": "oci://r.io/o", "repository": "flux-{name}-sync"},
        ),
        (
            APPS,
            ["flux push artifact oci://r.io/o/platform:1 --path=."],
            {
                "artifacts": [{"path": ".", "name": "platform"}],
                "registry": "oci://r.io/o",
            },
        ),
        (
            APPS,
            [
                "flux push artifact oci://r.io/o/$N:1 --path=apps/a",
                "flux push artifact oci://r.io/o/$N:1 --path=apps/b",
            ],
            {"artifacts": ["apps/a", "apps/b"], "registry": "oci://r.io/o"},
        ),
        (
            [*APPS, "infra/c/kustomization.yaml"],
            [
                "flux push artifact oci://r.io/o/apps/$N:1 --path=$ROOT/apps/$N --ignore-paths='*.md,/test'",
                "flux push artifact oci://r.io/o/infra/$N:1 --path=${{ github.workspace }}/infra/$N",
            ],
            {
                "artifacts": [
                    {"path": "apps/*", "exclude": ["*.md", "/apps/*/test"], "repository": "apps/{name}"},
                    {"path": "infra/*", "repository": "infra/{name}"},
                ],
                "registry": "oci://r.io/o",
            },
        ),
        (
            APPS,
            [
                "flux push artifact oci://localhost:5000/x:1 --path=../k8s",
                "flux push artifact oci://r.io/o/$N:1 --path=apps/$N",
            ],
            {"sources": "apps", "registry": "oci://r.io/o"},
        ),
    ],
)
def test_what_is_found(paths: list[str], commands: list[str], expected: dict[str, Any]) -> None:
    assert settings(paths, *commands) == expected


def test_a_matrix_says_which_folders_are_artifacts() -> None:
    text = """
jobs:
  push:
    strategy: {matrix: {app: [a, b]}}
    steps:
      - run: flux push artifact oci://r.io/o/${{ matrix.app }}:1 --path=./apps/${{ matrix.app }}
"""
    excluding: dict[str, Any] = {"artifacts": [{"path": "apps/*", "exclude": ["/apps/lib"]}]}
    more = ["apps/lib/x.yaml", "apps/README.md"]
    for paths, expected in ((APPS, {"sources": "apps"}), ([*APPS, *more], excluding)):
        clues = Clues(paths, {".github/workflows/push.yml": text})
        found = {one.setting: one.value for one in find_places(clues) if isinstance(one, ProposedSetting)}
        assert found == {**expected, "registry": "oci://r.io/o"}


@pytest.mark.parametrize(
    ("paths", "commands", "message"),
    [
        (["README.md"], [], "no artifact was found: nothing pushes one, and no folder has a kustomization"),
        (
            APPS,
            ["flux push artifact oci://r.io/o/$N:1 --path=build/$N"],
            "push.sh:1 pushes build/*, which is not in git: an earlier step makes the content",
        ),
        (
            APPS,
            [
                "flux push artifact oci://r.io/a/$N:1 --path=apps/$N",
                "flux push artifact oci://r.io/b/$N:1 --path=apps/$N",
            ],
            "images go to repositories of more than one form: "
            "push.sh:1 to r.io/a/{name}; push.sh:2 to r.io/b/{name}",
        ),
        (
            APPS,
            ["flux push artifact oci://r.io/$TEAM/$N:1 --path=apps/$N"],
            "push.sh:1 pushes to r.io/{name}/{name}, which has more than one part that varies",
        ),
    ],
)
def test_what_no_setting_can_say(paths: list[str], commands: list[str], message: str) -> None:
    assert message in gaps(paths, *commands)


def test_a_symlink_in_the_place_of_a_folder_is_left_out() -> None:
    """As flux does, which does not follow it. A link inside of an artifact is another matter."""
    links = ["apps/now", "apps/a/link.yaml", "other", "infra/now"]
    push = "flux push artifact oci://r.io/o/$N:1 --path=apps/$N\n"
    for texts in ({}, {"push.sh": push}):
        found = [*find_places(Clues([*APPS, *links], texts, links=links))]
        assert isinstance(found[0], ProposedSetting)
        assert found[0].value == [{"path": "apps/*", "exclude": ["/apps/now"]}]


def test_folders_of_the_same_name_are_named_by_their_parents() -> None:
    push = "flux push artifact oci://r.io/o/$T/$N:1 --path=apps/$T/$N\n"
    for names, expected in ((("web", "web"), {"name": "{parent}-{name}"}), (("web", "api"), {})):
        paths = [f"apps/{team}/{name}/x.yaml" for team, name in zip(("a", "b"), names, strict=True)]
        found = next(iter(find_places(Clues([*paths, "apps/a/web/y.yaml"], {"push.sh": push}))))
        assert isinstance(found, ProposedSetting)
        assert found.value == [{"path": "apps/*/*", **expected, "repository": "{parent}/{folder}"}]
