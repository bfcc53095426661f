"""Plans the story of a change: from a commit to the tags that clusters follow."""

from collections.abc import Mapping
from shlex import quote

from semver import Version

from flux.demo.play import BOARD, Demo, Scene, variables
from flux.demo.stage import Chosen
from flux.monorepo.releases import read_releases
from flux.promotion.proposal import Promotion
from flux.release.version import next_version
from flux.settings import Settings

_COMMENT = "# Changed by inv demo."


def plan_demo(settings: Settings, chosen: Chosen, tags: Mapping[str, str]) -> Demo:
    """Plan the demo of one artifact. `tags` are the tags of the clone, with their commits."""
    artifact = chosen.artifact
    earlier = read_releases(settings.tag_form, tags, [artifact])
    version = next_version("minor", earlier[-1].version if earlier else None)
    return Demo(
        variables(settings),
        _scenes(settings, chosen, version),
        ("head -20 .forge/pulls/2.md", "inv list", *_promotion(settings, artifact)),
    )


def _scenes(settings: Settings, chosen: Chosen, version: Version) -> tuple[Scene, ...]:
    artifact, tag = chosen.artifact, settings.tag_form.render(chosen.artifact, version)
    environment, state = settings.environments[0], settings.releaseconfig
    path = quote(chosen.path)
    comment = f"echo '{_COMMENT}'" if chosen.is_closed else f"printf '\\n{_COMMENT}\\n'"
    branch = Promotion(artifact, str(version)).branch
    return (
        Scene(
            f"An artifact changes: {artifact}, by a commit on {settings.branch}.",
            (f"{comment} >> {path}", f"git commit -am 'feat({artifact}): a comment, for the demo'"),
        ),
        Scene(
            "Build what changed and push the image. In GitHub Actions a push runs this.",
            ("inv build --since HEAD~1",),
        ),
        Scene("Release it: a tag in git, with notes of what changed.", (f"inv release {artifact} minor",)),
        Scene(
            "Publish it. The same commit gives the same image, with one more tag.",
            (f"inv publish {quote(tag)}",),
        ),
        Scene("Open an issue that has a box for each environment.", (f"inv issue {quote(tag)}",)),
        Scene(
            f"Tick {environment}. On GitHub that is a click; here the issue is a file.",
            (
                f"sed -i.bak 's/\\[ \\] `{environment}`/[x] `{environment}`/' .forge/issues/1.md",
                "grep '\\[.\\]' .forge/issues/1.md",
            ),
        ),
        Scene(f"The tick becomes a pull request that edits {state}.", ("inv issue.apply 1",)),
        Scene("Somebody merges it.", (f"git merge {quote(branch)}",)),
        Scene(
            f"Move the tag {environment} in the registry. The clusters there follow it.",
            ("inv tag",),
        ),
        Scene("Say in the issue where the release is deployed.", ("inv issue.sync",)),
        Scene(
            "See what each environment has, and whether it is what it should have.",
            (f"inv status -a {artifact}",),
        ),
        BOARD,
    )


def _promotion(settings: Settings, artifact: str) -> list[str]:
    """Return the command that promotes to the rest of the first phase, or else to the next phase."""
    (first, environments), *others = settings.groups.items()
    place = first if len(environments) > 1 else others[0][0] if others else ""
    return [f"inv promote {artifact} {place}"] if place else []
