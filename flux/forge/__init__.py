"""Where releases, issues and pull requests live: GitHub, or files and branches of the repository itself."""

from collections.abc import Mapping

from flux.forge.forge import Forge
from flux.forge.git import Git


def open_forge(
    kind: str, git: Git, *, api_url: str | None, repository: str | None, environment: Mapping[str, str]
) -> Forge:
    """The forge of a clone: `kind` is `github`, `local`, or empty for what the origin's host says.

    `api_url` and `repository` (`owner/name`) are what GitHub Actions or a person say, if they do; the
    token is found in `environment` or asked of `gh`.
    """
    from flux.forge.place import find_place

    place = find_place(kind, git.origin_url, api_url, repository)
    if place is None:
        from flux.forge.local import LocalForge

        return LocalForge(git.root, git)
    from flux.forge.github import GitHubForge
    from flux.forge.token import find_token

    return GitHubForge(place.api_url, place.repository, find_token(environment, place.host))
