"""Every setting: one entry with its type, its default and its description.

Messages, the reference in the docs and the JSON Schema for editors follow from these entries, in this order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from flux.settings import types
from flux.settings.phases import Given, Phase

if TYPE_CHECKING:
    from flux.artifact.folder import SourceEntry
    from flux.settings.rules import FollowedClusters

Value = TypeVar("Value")

ACTIONS_BOT = "github-actions[bot]"
"""The login of GITHUB_TOKEN, the token that every job has."""


class Entry(NamedTuple):
    """What is known about a setting beside its default."""

    type: types.SettingType[Any]
    description: str
    """What the setting is for, in Markdown."""


def setting(type: types.SettingType[Value], default: Value, description: str) -> Value:
    """Return a field of a dataclass."""
    entry = {"entry": Entry(type, description)}
    if isinstance(default, dict):
        made: Any = field(default_factory=default.copy, metadata=entry)
    else:
        made = field(default=default, metadata=entry)
    return cast("Value", made)


@dataclass(frozen=True, init=False, repr=False, eq=False)
class SettingsTable:
    """Every setting. `Settings` in `derived.py` adds what follows from them."""

    sources: str = setting(
        types.FOLDER_PATH,
        "artifacts",
        "The folder of the artifacts. Each commit is built with its own setting.",
    )
    artifacts: tuple[SourceEntry, ...] = setting(
        types.ARTIFACTS,
        (),
        "Which folders are artifacts, if `sources` is not enough. Each entry has a `path` (a folder or a"
        " glob of folders), and may have more keys. See [Layouts](../concepts/artifacts.md#layouts). Each"
        " commit is built with its own setting.",
    )
    prepare: str = setting(
        types.PREPARE,
        "",
        "A build step for every artifact without its own one: a command that generates the content, such"
        " as `make render-{name}`. See [Build steps](../concepts/build-steps.md). Each commit is built"
        " with its own setting.",
    )
    output: str = setting(
        types.OUTPUT,
        "",
        "The folder with the output of the build step. By default the artifact's own folder.",
    )
    inputs: tuple[str, ...] = setting(
        types.INPUTS,
        (),
        "The files that the build step can read, in addition to the artifact's folder. Only a change of"
        " these files changes the artifact. By default the whole repository except the desired state.",
    )
    prepare_network: bool = setting(
        types.FLAG,
        False,
        "Whether build steps may use the network. The settings where the step runs decide, not those of"
        " the commit.",
    )
    releaseconfig: str = setting(
        types.FILE,
        "flux/releaseconfig.json",
        "The file of the desired state. It says which version each environment should have.",
    )
    registry: str = setting(
        types.REGISTRY,
        ".registry",
        "Where images are stored. A folder has one OCI image layout for each artifact. If it is not set,"
        " GitHub Actions on github.com uses `oci://ghcr.io/OWNER/REPOSITORY`."
        " Other runners refuse the folder, because it is lost when the job ends.",
    )
    repository: str = setting(
        types.REPOSITORY,
        "{name}",
        "The repository of an artifact below `registry`: `infrastructure/{name}`, or `flux-{name}-sync`."
        " With only one artifact, `{name}` is optional.",
    )
    version_tag: str = setting(
        types.VERSION_TAG,
        "{version}",
        "How versions are written in the registry. Both forms are read, but only this one is written.",
    )
    latest: str = setting(
        types.MOVING_TAG,
        "latest",
        "The tag that follows the tip. `none`: there is no such tag. `INVOKE_FLUX_LATEST` may be empty.",
    )
    mode: str = setting(
        types.MODE,
        "act",
        "`observe`: every command reports what it would do and writes nothing, while an earlier system"
        " still does the work. In this mode `ignore` has no effect.",
    )
    adopted: str = setting(
        types.COMMIT,
        "",
        "The last commit of an earlier system, which `inv init` records. Releases from before it that are"
        " missing in the registry stay so, unless an environment should have them. See [Earlier"
        " releases](../how-to/adopt.md#earlier-releases).",
    )
    branch: str = setting(types.BRANCH, "main", "The branch that releases come from.")
    branches: tuple[str, ...] = setting(
        types.BRANCHES,
        (),
        'The branches whose commits may be released, for example `[main, "release/*"]`. `*` does not'
        " match a slash. By default only `branch`.",
    )
    release_tag: str = setting(
        types.RELEASE_TAG,
        "flux-oci-{artifact}-v{version}",
        "The form of release tags. With only one artifact, `{artifact}` is optional: `v{version}`.",
    )
    create_release: bool = setting(
        types.FLAG,
        False,
        "Whether `inv publish` makes a release on GitHub for a release tag that was pushed without one.",
    )
    source: str = setting(
        types.SOURCE_URL,
        "",
        "The URL of this git repository in the images. By default the URL of origin, as https.",
    )
    phases: tuple[Phase, ...] = setting(
        types.PHASES,
        (Phase("at", ("at",)), Phase("tt", ("tt",)), Phase("prod", ("prod",))),
        "Ordered groups of environments, for example `{prod: [prod_ring1, prod_ring2]}`. A phase without"
        " a list is itself an environment. An environment can also follow the tip or the newest stable"
        " release, without promotions: `{edge: {follow: tip}}`, `{edge-stable: {follow: stable}}`.",
    )
    ignore: tuple[str, ...] = setting(
        types.PATTERNS,
        (),
        "Gitignore patterns of files that are left out of images, in addition to those that Flux leaves"
        " out. The last pattern that matches a path decides. Each commit is built with its own setting.",
    )
    jobs: int = setting(
        types.JOBS,
        16,
        "How many requests run at the same time. Of the flux CLI and of cosign, at most eight processes"
        " run at the same time.",
    )
    insecure: bool | None = setting(
        types.FLAG,
        None,
        "`true`: plain HTTP to any registry. `false`: TLS even on this machine's own addresses. By"
        " default, plain HTTP only on loopback.",
    )
    publisher: str = setting(
        types.PUBLISHER,
        "builtin",
        "Which program writes to the registry: `builtin`, or `flux`, the flux CLI.",
    )
    flux_version: str = setting(
        types.FLUX_VERSION,
        "2.9",
        "With `publisher: flux`: the version of the CLI, or how the version begins.",
    )
    provider: str = setting(
        types.PROVIDER,
        "generic",
        "With `publisher: flux`: how the CLI logs in: `generic`, `azure`, `aws` or `gcp`.",
    )
    forge: str = setting(
        types.FORGE,
        "",
        "Where issues and pull requests are stored. By default the host of origin decides.",
    )
    label: str = setting(types.LABEL, "flux-release", "The label of promotion issues.")
    promoters: Mapping[str, tuple[str, ...]] | None = setting(
        types.PROMOTERS,
        None,
        "The logins that may promote to a phase, for example `{prod: [octocat]}`. They also need write"
        " permission. By default everybody with write permission.",
    )
    automation: tuple[str, ...] = setting(
        types.LOGINS,
        (ACTIONS_BOT,),
        "The logins of the automation. Add the App that your workflows use, as `my-app[bot]`.",
    )
    require_order: bool = setting(
        types.FLAG,
        False,
        "Whether a phase can get a version only after the phase before it. By default the pull request"
        " only warns.",
    )
    two_person: bool | tuple[str, ...] = setting(
        types.FLAG_OR_PHASES,
        False,
        "Where a promotion needs two people: `true`, or a list of phases. `inv request.check` passes"
        " there only if somebody else than those who asked has approved the newest commit.",
    )
    require_signature: bool = setting(
        types.FLAG,
        False,
        "Whether a version needs a valid signature before it is promoted and before a tag moves to it.",
    )
    signature_identity: str = setting(
        types.IDENTITY,
        "",
        "With `require_signature`: the identity that must have signed, as a regular expression that"
        " matches all of it. By default the workflows of this repository.",
    )
    signature_issuer: str = setting(
        types.ISSUER,
        "",
        "With `require_signature`: the URL of the issuer of this identity. By default GitHub's.",
    )
    sign_promotions: bool = setting(
        types.FLAG, False, "Whether a workflow signs the images in environments as promoted."
    )
    rules: Mapping[str, Mapping[str, Given]] = setting(
        types.RULES,
        {},
        "How the rule of a phase differs for one artifact, such as `{eso: {prod: {auto: patch}}}`. Write"
        " the rule of the phase itself next to its `environments`.",
    )
    clusters: Mapping[str, FollowedClusters] = setting(
        types.CLUSTERS,
        {},
        "The clusters of an environment that must report, and the accounts that may report: `{prod_ring1:"
        ' {names: [eu, us], reporters: ["flux-reporter[bot]"]}}`.',
    )


ENTRIES: Mapping[str, Entry] = {field.name: field.metadata["entry"] for field in fields(SettingsTable)}
