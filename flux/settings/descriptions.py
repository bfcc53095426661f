"""What each setting is for, in Markdown: for the reference and for editors."""

DESCRIPTIONS: dict[str, str] = {
    "sources": "The folder of the artifacts. Each commit is built with its own.",
    "artifacts": (
        "What is an artifact, where `sources` does not say it: entries with `path`, a folder or a glob of"
        " folders, `name`, `exclude` and `repository`. See [Layouts](../concepts/artifacts.md#layouts). Each"
        " commit is built with its own."
    ),
    "prepare": (
        "The build step of every artifact that has none of its own: a command that makes what is published,"
        " such as `make render-{name}`. See [Build steps](../concepts/build-steps.md). Each commit is built"
        " with its own."
    ),
    "output": "The folder where the build step leaves what is published. By default the artifact's own.",
    "inputs": (
        "What the build step gets to see beside the artifact's folder. Only a commit that changes some of it"
        " changes the artifact. By default the whole repository without the desired state."
    ),
    "prepare_network": (
        "Whether build steps may use the network. The settings of who runs them decide, not the commit's."
    ),
    "registry": (
        "Where images live: `oci://HOST/PREFIX`, or a folder with one OCI image layout for each"
        " artifact. If nothing is set, Actions on github.com uses `oci://ghcr.io/OWNER/REPOSITORY`. A"
        " runner elsewhere refuses the folder, which would go with the job."
    ),
    "mode": (
        "`observe`: every command reports what it would do and writes nothing, beside an earlier system that"
        " still does the work."
    ),
    "repository": (
        "The repository of an artifact below `registry`: `infrastructure/{name}`, or `flux-{name}-sync`."
        " With one artifact it may do without `{name}`."
    ),
    "version_tag": (
        "How versions are written in the registry. The other form is recognised when it is read, and"
        " nothing is written beside it."
    ),
    "latest": ("The tag that is the tip's. `none` for no such tag. `INVOKE_FLUX_LATEST` may be empty."),
    "branch": "The branch that releases come from.",
    "branches": (
        'The branches whose commits may be released, for example `[main, "release/*"]`. `*` stops at a'
        " slash. By default only `branch`."
    ),
    "source": "The URL of this git repository in the images. By default that of origin, as https.",
    "ignore": (
        "Gitignore patterns of files to leave out of images, beside those that Flux leaves out. The last"
        " pattern that matches a path decides. Each commit is built with its own."
    ),
    "jobs": (
        "How many requests may be in flight. Of the flux CLI and of cosign at most eight processes run"
        " at once."
    ),
    "insecure": (
        "`true`: plain HTTP to any registry. `false`: TLS even on this machine's own addresses. By"
        " default plain HTTP on loopback only."
    ),
    "release_tag": (
        "The form of release tags. With one artifact it may do without `{artifact}`: `v{version}`."
    ),
    "create_release": (
        "Whether `inv publish` makes a release on GitHub for a release tag that was pushed without one."
    ),
    "releaseconfig": "The file of the desired state: which version each environment should have.",
    "phases": (
        "Ordered groups of environments, for example `{prod: [prod_ring1, prod_ring2]}`. A phase without"
        " environments is itself one. An environment that nobody promotes to follows the tip or the newest"
        " stable release: `{edge: {follow: tip}}`, `{edge-stable: {follow: stable}}`."
    ),
    "promoters": (
        "The logins that may promote to a phase, for example `{prod: [octocat]}`. They need write"
        " permission too. By default everybody who may write."
    ),
    "automation": (
        "The logins whose issues and edits are the automation's. Name the App that your workflows use"
        " here, as `my-app[bot]`."
    ),
    "require_signature": (
        "Whether only a version with a valid signature may be promoted, and only such a tag moved."
    ),
    "signature_identity": (
        "With `require_signature`: who has to have signed, as a regular expression of whole identities."
        " By default the workflows of this repository."
    ),
    "signature_issuer": (
        "With `require_signature`: the URL of who issues such identities. By default GitHub's."
    ),
    "sign_promotions": "Whether a workflow signs what environments have as promoted.",
    "rules": (
        "What differs per artifact of the phases' rules, such as `{eso: {prod: {auto: patch}}}`. A phase has"
        " its own rule beside its `environments`."
    ),
    "clusters": (
        "The clusters of an environment that have to report, and the accounts that may:"
        ' `{prod_ring1: {names: [eu, us], reporters: ["flux-reporter[bot]"]}}`.'
    ),
    "require_order": (
        "Whether a phase may get a version only after the phase before has it. By default the pull"
        " request warns."
    ),
    "two_person": (
        "Where a promotion needs two people: `true`, or a list of phases. `inv request.check` passes"
        " there only when somebody other than those who asked has approved the newest commit."
    ),
    "label": "The label of promotion issues.",
    "forge": (
        "Where issues and pull requests live: `github` or `local`. By default it follows from the host"
        " of origin."
    ),
    "publisher": "Who writes to the registry: `builtin`, or `flux`, the flux CLI.",
    "flux_version": "With `publisher: flux`: the version of the CLI, or how it begins.",
    "provider": "With `publisher: flux`: how the CLI logs in: `generic`, `azure`, `aws` or `gcp`.",
}
