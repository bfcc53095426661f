"""Releases, and the tags that they make."""

from typing import Any

from tests.github import access, pushes
from tests.github.call import Call, route
from tests.github.state import Release, Role
from tests.github.wire import Reply, invalid, missing

_READ = access.reads("contents")
_WRITE = access.writes("contents", hidden=True)
_FIELDS = "tag_name target_commitish name body draft prerelease make_latest"
_LIMIT = 125_000


@route("GET /repos/{owner}/{repo}/releases", _READ)
def list_releases(call: Call) -> Reply:
    return call.page(_sorted(call), call.view.release)


@route("GET /repos/{owner}/{repo}/releases/latest", _READ)
def get_latest(call: Call) -> Reply:
    releases = [release for release in _sorted(call) if not release.draft and not release.prerelease]
    chosen = [release for release in releases if release.id == call.repo.latest]
    if not releases:
        raise missing()
    return Reply(200, call.view.release((chosen or releases)[0]))


@route("GET /repos/{owner}/{repo}/releases/tags/{tag}", _READ)
def get_by_tag(call: Call) -> Reply:
    if release := _published(call, call["tag"]):
        return Reply(200, call.view.release(release))
    raise missing()


@route("GET /repos/{owner}/{repo}/releases/{release_id}", _READ)
def get_release(call: Call) -> Reply:
    return Reply(200, call.view.release(_found(call)))


@route("POST /repos/{owner}/{repo}/releases", _WRITE, takes=_FIELDS)
def create_release(call: Call) -> Reply:
    body, tag = call.body, call.body["tag_name"]
    _check(call, body, tag)
    now = call.world.now()
    release = Release(
        id=call.world.next_id(),
        author=call.actor,
        tag=tag,
        target=body.get("target_commitish") or call.repo.default_branch,
        name=body.get("name"),
        body=body.get("body"),
        draft=body.get("draft", False),
        prerelease=body.get("prerelease", False),
        created=now,
    )
    if not release.draft:
        _publish(call, release)
    call.repo.releases[release.id] = release
    _choose_latest(call, release)
    if not release.draft:
        call.world.tell_release(call.repo, call.bearer, "created", release)
        _tell_published(call, release)
    shown = call.view.release(release)
    return Reply(201, shown, {"Location": shown["url"]})


@route("PATCH /repos/{owner}/{repo}/releases/{release_id}", _WRITE, takes=_FIELDS)
def edit_release(call: Call) -> Reply:
    release, body = _found(call), call.body
    _check(call, body, body.get("tag_name", release.tag), but=release)
    before = {"name": release.name or "", "body": release.body or ""}
    release.tag = body.get("tag_name", release.tag)
    release.target = body.get("target_commitish", release.target)
    release.name = body.get("name", release.name)
    release.body = body.get("body", release.body)
    release.prerelease = body.get("prerelease", release.prerelease)
    published = release.draft and body.get("draft") is False
    if published:
        _publish(call, release)
    release.draft = body.get("draft", release.draft)
    _choose_latest(call, release)
    if published:
        _tell_published(call, release)
    elif not release.draft:
        changes = {key: {"from": old} for key, old in before.items() if body.get(key, old) != old}
        call.world.tell_release(call.repo, call.bearer, "edited", release, changes=changes)
    return Reply(200, call.view.release(release))


@route("DELETE /repos/{owner}/{repo}/releases/{release_id}", _WRITE)
def delete_release(call: Call) -> Reply:
    release = _found(call)
    del call.repo.releases[release.id]
    if not release.draft:
        call.world.tell_release(call.repo, call.bearer, "deleted", release)
    return Reply(204)


def _sorted(call: Call) -> list[Release]:
    """Those that the caller sees, by the date of their commits."""
    drafts = call.role >= Role.WRITE
    seen = [release for release in call.repo.releases.values() if drafts or not release.draft]
    return sorted(seen, key=lambda release: (release.created, release.id), reverse=True)


def _published(call: Call, tag: str) -> Release | None:
    found = (each for each in call.repo.releases.values() if each.tag == tag and not each.draft)
    return next(found, None)


def _found(call: Call) -> Release:
    release = call.repo.releases.get(int(call["release_id"]))
    if release is None or (release.draft and call.role < Role.WRITE):
        raise missing()
    return release


def _check(call: Call, body: dict[str, Any], tag: str, but: Release | None = None) -> None:
    if not call.git.valid(f"refs/tags/{tag}"):
        raise invalid("Release", "tag_name", "custom", "tag_name is not well-formed")
    if (there := _published(call, tag)) and there is not but:
        raise invalid("Release", "tag_name", "already_exists")
    if len(body.get("body") or "") > _LIMIT:
        raise invalid("Release", "body", "custom", f"body is too long (maximum is {_LIMIT} characters)")
    if body.get("make_latest") == "true" and (body.get("draft") or body.get("prerelease")):
        raise invalid("Release", None, "custom", "Latest release cannot be draft or prerelease.")


def _publish(call: Call, release: Release) -> None:
    """Give a release its tag, made where its target is unless it is there."""
    ref = f"refs/tags/{release.tag}"
    if call.git.ref(ref) is None:
        commit = call.git.branch(release.target) or call.git.peel(_hash(release.target))
        if commit is None:
            raise invalid("Release", "target_commitish", "invalid")
        pushes.move(call.world, call.repo, call.bearer, ref, None, commit)
    commit = call.git.resolve(f"tags/{release.tag}")
    if commit is None:
        raise invalid("Release", "tag_name", "custom", "Published releases must have a valid tag")
    release.created = call.git.commit(commit).committer.date
    release.published = call.world.now()


def _hash(target: str) -> str:
    """A full hash, which is the only revision that a target may be besides a branch."""
    return target if len(target) == 40 else ""


def _choose_latest(call: Call, release: Release) -> None:
    wanted = call.body.get("make_latest", "true" if call.request.method == "POST" else None)
    if wanted == "true" and not release.draft and not release.prerelease:
        call.repo.latest = release.id


def _tell_published(call: Call, release: Release) -> None:
    call.world.tell_release(call.repo, call.bearer, "published", release)
    action = "prereleased" if release.prerelease else "released"
    call.world.tell_release(call.repo, call.bearer, action, release)
