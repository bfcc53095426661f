"""Monorepos as they are before an adoption: what each publishes by its workflow and scripts, and where to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

KUSTOMIZATION = "resources: [configmap.yaml]\n"
CONFIGMAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{version: '{version}'}}\n"


def component(folder: str, version: str = "1") -> dict[str, str]:
    name = folder.rpartition("/")[2] or "all"
    return {
        f"{folder}/kustomization.yaml".lstrip("/"): KUSTOMIZATION,
        f"{folder}/configmap.yaml".lstrip("/"): CONFIGMAP.format(name=name, version=version),
    }


@dataclass(frozen=True)
class Shape:
    """A monorepo: `folders` by artifact, where each image goes, and which tags there are.

    Where a step makes the content, `render` is it, `output` where, and `written` what a person says of it.
    """

    folders: Mapping[str, str]
    workflow: str
    repository: str = "{name}"
    release_tag: str = "{artifact}-v{version}"
    version_tag: str = "{version}"
    environments: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    fleet: bool = False
    settings: Mapping[str, object] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    revision: str = "main@sha1:{commit}"
    render: str = ""
    output: str = ""
    written: str = ""

    def place(self, name: str) -> str:
        """The repository of an artifact."""
        return self.places.get(name, self.repository.replace("{name}", name))


def workflow(run: str, env: str = "", matrix: str = "") -> str:
    return f"""name: Publish
on: push
jobs:
  publish:
    runs-on: ubuntu-latest
    {matrix}
    env:
      REGISTRY: oci://@HOST@
      {env}
    steps:
      - uses: actions/checkout@v4
      - run: |
{run}
"""


LOOP = """          for dir in @GLOB@/; do
            name=$(basename "$dir")
            flux push artifact "$REGISTRY/@REPOSITORY@:$(git rev-parse --short HEAD)" \\
              --path="$dir" \\
              --source="$(git config --get remote.origin.url)" \\
              --revision="$(git branch --show-current)@sha1:$(git rev-parse HEAD)"
            flux tag artifact "$REGISTRY/@REPOSITORY@:$(git rev-parse --short HEAD)" --tag latest
          done"""


def loop(*globs: str, repository: str = "$name") -> str:
    return "\n".join(LOOP.replace("@GLOB@", glob).replace("@REPOSITORY@", repository) for glob in globs)


RENDER = """mkdir -p out/$1
cat apps/$1/*.yaml | sed "s/team: .*/team: $(cat team)/" > out/$1/manifests.yaml
"""
RENDERED = """          for dir in apps/*/; do
            name=$(basename "$dir")
            sh render.sh $name
            flux push artifact "$REGISTRY/$name:$(git rev-parse --short HEAD)" --path="out/$name" \\
              --source=x --revision=y
          done"""
FLAT = [f"part-{number}" for number in range(29)]
SHAPES = {
    "flat": Shape(
        {name: f"artifacts/{name}" for name in FLAT},
        workflow(loop("artifacts/*")),
        revision="main/{commit}",
        environments=("at_ring1", "at_ring2", "tt_ring1", "prod_ring1", "prod_ring2"),
        others=("latest",),
        files={
            "release-please-config.json": json.dumps(
                {"packages": {f"artifacts/{name}": {} for name in FLAT}}
            ),
            **{f"artifacts/{name}/CHANGELOG.md": "# News\n" for name in FLAT},
        },
        settings={
            "sources": "artifacts",
            "ignore": ["CHANGELOG.md"],
            "release_tag": "{artifact}-v{version}",
            "phases": [
                {"at": ["at_ring1", "at_ring2"]},
                {"tt": ["tt_ring1"]},
                {"prod": ["prod_ring1", "prod_ring2"]},
            ],
        },
    ),
    "components": Shape(
        {name: f"components/{name}" for name in ("cert-manager", "monitoring")},
        workflow(loop("components/*").replace("--tag latest", "--tag latest --tag latest-stable")),
        release_tag="{artifact}/v{version}",
        revision="refs/tags/{tag}@sha1:{commit}",
        version_tag="v{version}",
        others=("latest", "latest-stable"),
        settings={
            "sources": "components",
            "release_tag": "{artifact}/v{version}",
            "version_tag": "v{version}",
            "phases": [{"latest-stable": {"follow": "stable"}}],
        },
    ),
    "whole": Shape(
        {"platform": ""},
        workflow(
            """          flux push artifact $REGISTRY/platform:${{ github.ref_name }} --path=. \\
            --source=x --revision=y"""
        ),
        release_tag="v{version}",
        revision="{tag}",
        environments=("staging", "production"),
        fleet=True,
        settings={"release_tag": "v{version}", "phases": ["staging", "production"], "latest": "none"},
    ),
    "two-roots": Shape(
        {"eso": "infrastructure/components/eso", "web": "apps/web", "api": "apps/api"},
        workflow(
            "\n".join(
                (
                    loop("infrastructure/components/*", repository="infrastructure/$name"),
                    loop("apps/*", repository="flux-$name-sync"),
                )
            )
        ),
        repository="flux-{name}-sync",
        places={"eso": "infrastructure/eso"},
        environments=("dev", "prod"),
        others=("latest",),
        settings={
            "artifacts": [
                {"path": "infrastructure/components/*", "repository": "infrastructure/{name}"},
                {"path": "apps/*", "repository": "flux-{name}-sync"},
            ],
            "phases": ["dev", "prod"],
        },
    ),
    "rendered": Shape(
        {"web": "apps/web", "api": "apps/api"},
        workflow(RENDERED),
        environments=("dev", "prod"),
        files={"render.sh": RENDER, "team": "blue\n"},
        render="sh render.sh {name}",
        output="out/{name}",
        written="""\
flux:
  # what makes the content
  artifacts:
    - {path: apps/*, prepare: "sh render.sh {name}", output: "out/{name}", inputs: [/render.sh, /team]}
""",
        settings={"release_tag": "{artifact}-v{version}", "phases": ["dev", "prod"]},
    ),
    "root": Shape(
        {name: name for name in ("gateway", "storage")},
        workflow(
            """          flux push artifact $REGISTRY/${{ matrix.component }}:$GITHUB_SHA \\
            --path=./${{ matrix.component }} --source=x --revision=y""",
            matrix="strategy: {matrix: {component: [gateway, storage]}}",
        ),
        release_tag="{artifact}@{version}",
        environments=("test", "live"),
        settings={"release_tag": "{artifact}@{version}", "phases": ["test", "live"]},
    ),
}
