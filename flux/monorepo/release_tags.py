"""Reads release tags at their home, and checks that their commit is on the tip's line."""

from flux.errors import RequestError
from flux.monorepo.artifacts import artifacts_at
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.names import require_artifact
from flux.monorepo.release_branches import require_released_on_line
from flux.monorepo.releases import Released
from flux.release.misnamed import right_name
from flux.release.tag import TagForm


def read_tag(monorepo: Monorepo, tag: str) -> Released | None:
    """Return the release that a tag names.

    Return None for a tag of another form if the event of a release or of a pushed tag started this run: such
    a release is not ours. Raises RequestError if the tag begins like ours but cannot be read, if origin does
    not have it, or if its commit is on no line of releases.
    """
    form = monorepo.settings.tag_form
    parsed = form.parse(tag)
    if parsed is None:
        without, plus, _ = tag.rpartition("+")
        if plus and form.parse(without):
            raise RequestError(
                f"{tag!r} has build metadata, and `+` cannot be in an OCI tag", f"release it as {without}"
            )
        _require_no_slip(monorepo, form, tag)
        if monorepo.event.name in ("release", "push"):
            return None
        raise RequestError(
            f"{tag!r} is not a release tag", f"release tags have the form {monorepo.settings.release_tag}"
        )
    commit = monorepo.home_tags.get(tag)
    where = "origin" if monorepo.git.origin_url else "this clone"
    if commit is None:
        artifact, version = parsed
        require_artifact(monorepo, artifact)
        raise RequestError(
            f"there is no tag {tag} in {where}", f"`inv release {artifact} {version}` makes the release"
        )
    if not monorepo.git.obtain(commit):
        raise RequestError(
            f"the tag {tag} in {where} does not point to a commit",
            "delete the tag, then release the artifact with `inv release`",
        )
    require_released_on_line(monorepo, commit, tag, parsed[0])
    artifact, version = parsed
    return Released(artifact, version, tag, commit)


def _require_no_slip(monorepo: Monorepo, form: TagForm, tag: str) -> None:
    """Raise RequestError for a tag that was meant to be a release."""
    names = artifacts_at(monorepo, monorepo.tip)
    right = right_name(form, tag, names)
    if right is None:
        return
    hint = f"tag the commit {right}, and delete {tag}"
    raise RequestError(
        f"{tag!r} is not a release tag",
        f"release tags have the form {form.form}" if right == form.form else hint,
    )
