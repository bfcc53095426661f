"""Branches and tags of a repository on GitHub."""

from urllib.parse import quote

from github.GitRef import GitRef
from github.Repository import Repository

from flux.forge.github.api import found


def find_ref(repository: Repository, name: str) -> GitRef | None:
    return found(lambda: repository.get_git_ref(name).complete())


def find_tagged(repository: Repository, tag: str) -> str | None:
    """Return the commit of a tag, annotated or not."""
    ref = find_ref(repository, f"tags/{tag}")
    return peeled(repository, (ref.object.type, ref.object.sha)) if ref else None


def matching_refs(repository: Repository, kind: str, prefix: str = "") -> dict[str, tuple[str, str]]:
    """Return the type and hash of the target of each tag or branch whose name begins with `prefix`."""
    # PyGithub would ask for pages, but this list has none.
    url = f"{repository.url}/git/matching-refs/{kind}{quote(prefix)}"
    _, refs = repository.requester.requestJsonAndCheck("GET", url)
    return {
        ref["ref"].removeprefix(f"refs/{kind}"): (ref["object"]["type"], ref["object"]["sha"]) for ref in refs
    }


def peeled(repository: Repository, target: tuple[str, str]) -> str:
    """Return the commit that a tag's target is or leads to."""
    kind, sha = target
    while kind == "tag":
        tagged = repository.get_git_tag(sha).object
        kind, sha = tagged.type, tagged.sha
    return sha
