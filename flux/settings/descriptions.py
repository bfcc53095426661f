"""The description of each setting in Markdown, for the reference and for editors."""

DESCRIPTIONS: dict[str, str] = {
    "sources": "The folder of the artifacts. Each commit is built with its own setting.",
    "artifacts": (
        "Which folders are artifacts, if `sources` is not enough. Each entry has a `path` (a folder or a"
        " glob of folders), and may have more keys. See [Layouts](../concepts/artifacts.md#layouts). Each"
        " commit is built with its own setting."
    ),
    "prepare": (
        "A build step for every artifact without its own one: a command that generates the content, such"
        " as `make render-{name}`. See [Build steps](../concepts/build-steps.md). Each commit is built"
        " with its own setting."
    ),
    "output": "The folder with the output of the build step. By default the artifact's own folder.",
    "inputs": (
        "The files that the build step can read, in addition to the artifact's folder. Only a change of"
        " these files changes the artifact. By default the whole repository except the desired state."
    ),
    "prepare_network": (
        "Whether build steps may use the network. The settings where the step runs decide, not those of"
        " the commit."
    ),
    "registry": (
        "Where images are stored: `oci://HOST/PREFIX`, or a folder with one OCI image layout for each"
        " artifact. If it is not set, GitHub Actions on github.com uses `oci://ghcr.io/OWNER/REPOSITORY`."
        " Other runners refuse the folder, because it is lost when the job ends."
    ),
    "mode": (
        "`observe`: every command reports what it would do and writes nothing, while an earlier system"
        " still does the work. In this mode `ignore` has no effect."
    ),
    "adopted": (
        "The last commit of an earlier system, which `inv init` records. Releases from before it that are"
        " missing in the registry stay so, unless an environment should have them. See"
        " [Earlier releases](../how-to/adopt.md#earlier-releases)."
    ),
    "repository": (
        "The repository of an artifact below `registry`: `infrastructure/{name}`, or `flux-{name}-sync`."
        " With only one artifact, `{name}` is optional."
    ),
    "version_tag": (
        "How versions are written in the registry. Both forms are read, but only this one is written."
    ),
    "latest": (
        "The tag that follows the tip. `none`: there is no such tag. `INVOKE_FLUX_LATEST` may be empty."
    ),
    "branch": "The branch that releases come from.",
    "branches": (
        'The branches whose commits may be released, for example `[main, "release/*"]`. `*` does not'
        " match a slash. By default only `branch`."
    ),
    "source": "The URL of this git repository in the images. By default the URL of origin, as https.",
    "ignore": (
        "Gitignore patterns of files that are left out of images, in addition to those that Flux leaves"
        " out. The last pattern that matches a path decides. Each commit is built with its own setting."
    ),
    "jobs": (
        "How many requests run at the same time. Of the flux CLI and of cosign, at most eight processes"
        " run at the same time."
    ),
    "insecure": (
        "`true`: plain HTTP to any registry. `false`: TLS even on this machine's own addresses. By"
        " default, plain HTTP only on loopback."
    ),
    "release_tag": (
        "The form of release tags. With only one artifact, `{artifact}` is optional: `v{version}`."
    ),
    "create_release": (
        "Whether `inv publish` makes a release on GitHub for a release tag that was pushed without one."
    ),
    "releaseconfig": "The file of the desired state. It says which version each environment should have.",
    "phases": (
        "Ordered groups of environments, for example `{prod: [prod_ring1, prod_ring2]}`. A phase without"
        " a list is itself an environment. An environment can also follow the tip or the newest stable"
        " release, without promotions: `{edge: {follow: tip}}`, `{edge-stable: {follow: stable}}`."
    ),
    "promoters": (
        "The logins that may promote to a phase, for example `{prod: [octocat]}`. They also need write"
        " permission. By default everybody with write permission."
    ),
    "automation": "The logins of the automation. Add the App that your workflows use, as `my-app[bot]`.",
    "require_signature": (
        "Whether a version needs a valid signature before it is promoted and before a tag moves to it."
    ),
    "signature_identity": (
        "With `require_signature`: the identity that must have signed, as a regular expression that"
        " matches all of it. By default the workflows of this repository."
    ),
    "signature_issuer": (
        "With `require_signature`: the URL of the issuer of this identity. By default GitHub's."
    ),
    "sign_promotions": "Whether a workflow signs the images in environments as promoted.",
    "rules": (
        "How the rule of a phase differs for one artifact, such as `{eso: {prod: {auto: patch}}}`. Write"
        " the rule of the phase itself next to its `environments`."
    ),
    "clusters": (
        "The clusters of an environment that must report, and the accounts that may report: `{prod_ring1:"
        ' {names: [eu, us], reporters: ["flux-reporter[bot]"]}}`.'
    ),
    "require_order": (
        "Whether a phase can get a version only after the phase before it. By default the pull request"
        " only warns."
    ),
    "two_person": (
        "Where a promotion needs two people: `true`, or a list of phases. `inv request.check` passes"
        " there only if somebody else than those who asked has approved the newest commit."
    ),
    "label": "The label of promotion issues.",
    "forge": (
        "Where issues and pull requests are stored: `github` or `local`. By default the host of origin"
        " decides."
    ),
    "publisher": "Which program writes to the registry: `builtin`, or `flux`, the flux CLI.",
    "flux_version": "With `publisher: flux`: the version of the CLI, or how the version begins.",
    "provider": "With `publisher: flux`: how the CLI logs in: `generic`, `azure`, `aws` or `gcp`.",
}
