"""Artifacts to check, and kustomize to check them with."""

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from flux import kustomize as kustomize_module
from flux.commands.check import Check, check_artifacts
from flux.settings import Settings
from tests import parts
from tests.commands.helpers import monorepo
from tests.conftest import need
from tests.monorepos import opened
from tests.repo import Repo

MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: map}\n"
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: secret}\n"
PLAIN = "in plain text: encrypt it with SOPS or use External Secrets"
REMOTE = "which is remote: not fetched, so not rendered"
LFS = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 1\n"
CHART = "apiVersion: v2\nname: chart\nversion: 1.0.0\n"
TEMPLATE = "{{- if .Values.on }}\non: {{ .Values.on }}\n{{- end }}\n"


@dataclass(frozen=True)
class Case:
    """One artifact and what is found in it, `level path:line: message`; `…` stands for anything.

    `renders` are folders and whether kustomize itself renders them.
    """

    files: Mapping[str, str | bytes]
    found: list[str] = field(default_factory=list)
    renders: Mapping[str, bool] = field(default_factory=dict)


CASES = {
    # Kustomizations
    "good": Case(
        {"kustomization.yaml": "namePrefix: our-\nresources: [map.yaml]\n", "map.yaml": MAP}, [], {"": True}
    ),
    "good-in-every-spelling": Case(
        {
            "a/kustomization.yml": "resources: [map.yaml]\n",
            "a/map.yaml": MAP,
            "b/Kustomization": "resources: [../a]\ncomponents: [../c]\n",
            "c/kustomization.yaml": (
                "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: c-\n"
            ),
        },
        [],
        {"a": True, "b": True},
    ),
    "generators": Case(
        {
            "kustomization.yaml": (
                "configMapGenerator:\n- name: a\n  files: [x.conf, y=sub/y.conf]\n  envs: [z.env]\n"
                "patches:\n- path: patch.yaml\n- patch: |-\n    kind: ConfigMap\n    apiVersion: v1\n"
                "    metadata: {name: a}\n    data: {b: c}\n"
            ),
            "x.conf": "x",
            "sub/y.conf": b"\xff\0",
            "z.env": "A=b\n",
            "patch.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {d: e}\n",
        },
        [],
        {"": True},
    ),
    "outside": Case(
        {"kustomization.yaml": "resources:\n- map.yaml\n- ../good/map.yaml\n", "map.yaml": MAP},
        [
            "error kustomization.yaml:3: names ../good/map.yaml, which is outside of the artifact: "
            "no cluster gets it"
        ],
    ),
    "outside-folder": Case(
        {"prod/kustomization.yaml": "resources:\n  - ../../good\n"},
        [
            "error prod/kustomization.yaml:2: names ../../good, which is outside of the artifact: "
            "no cluster gets it"
        ],
        {"prod": True},  # here, but not in a cluster
    ),
    "outside-absolute": Case(
        {"kustomization.yaml": "resources: [/etc/hostname]\n"},
        [
            "error kustomization.yaml:1: names /etc/hostname, which is outside of the artifact: "
            "no cluster gets it"
        ],
    ),
    "missing": Case(
        {"kustomization.yaml": "resources:\n- map.yaml\npatches:\n- path: nope.yaml\n", "map.yaml": MAP},
        ["error kustomization.yaml:4: names nope.yaml, which does not exist"],
        {"": False},
    ),
    "left-out": Case(
        {
            "kustomization.yaml": (
                "configMapGenerator:\n- name: a\n  files:\n  - image.png\n  - logo=sub/l.jpg\n"
            ),
            "image.png": b"\x89PNG",
            "sub/l.jpg": "x",
        },
        [
            "error kustomization.yaml:4: names image.png, which Flux leaves out of the image",
            "error kustomization.yaml:5: names sub/l.jpg, which Flux leaves out of the image",
        ],
        {"": True},  # here, but not in a cluster
    ),
    "left-out-by-us": Case(
        {"kustomization.yaml": "resources: [docs.yaml]\n", "docs.yaml": MAP},
        ["error kustomization.yaml:1: names docs.yaml, which Flux leaves out of the image"],
    ),
    "unknown-field": Case(
        {"kustomization.yaml": "resource: [map.yaml]\n", "map.yaml": MAP},
        ['error kustomization.yaml: not rendered: invalid Kustomization: json: unknown field "resource"'],
        {"": False},
    ),
    "two-of-them": Case(
        {"kustomization.yaml": "resources: []\n", "kustomization.yml": "resources: []\n"},
        ["error kustomization.y…: not rendered: Found multiple kustomization files under: …"],
        {"": False},
    ),
    "patch-of-nothing": Case(
        {
            "kustomization.yaml": "resources: [map.yaml]\npatches: [{path: patch.yaml}]\n",
            "map.yaml": MAP,
            "patch.yaml": MAP.replace("map", "other"),
        },
        ["error kustomization.yaml: not rendered: no resource matches strategic merge patch …"],
        {"": False},
    ),
    "an-error-of-many-lines": Case(
        {
            "kustomization.yaml": 'resources: [map.yaml]\npatches: [{patch: "{", target: {kind: X}}]\n',
            "map.yaml": MAP,
        },
        [
            "error kustomization.yaml: not rendered: trouble configuring builtin PatchTransformer …"
            'unable to parse SM or JSON patch from [patch: "{"]'
        ],
        {"": False},
    ),
    "cycle": Case(
        {"kustomization.yaml": "resources: [.]\n"},
        ["error kustomization.yaml: not rendered: …cycle detected: …"],
        {"": False},
    ),
    "folder-without-one": Case(
        {"kustomization.yaml": "resources: [sub]\n", "sub/map.yaml": MAP},
        ["error kustomization.yaml: not rendered: …couldn't make target for path 'sub'…"],
        {"": False},
    ),
    "empty-kustomization": Case(
        {"kustomization.yaml": ""},
        ["error kustomization.yaml: not rendered: kustomization.yaml is empty"],
        {"": False},
    ),
    "no-mapping": Case(
        {"kustomization.yaml": "- map.yaml\n"},
        ["error kustomization.yaml: not a kustomization: it is not a mapping"],
        {"": False},
    ),
    "odd-scalars": Case(
        {"kustomization.yaml": "namePrefix: 2001-99-99-\nresources: [map.yaml]\n", "map.yaml": MAP},
        [],
        {"": True},
    ),
    # What is not in this repository
    "remote": Case(
        {
            "kustomization.yaml": (
                "resources:\n- https://example.invalid/a.yaml\n- github.com/org/repo?ref=v1\n"
                "- git@github.com:org/repo.git\n- ssh://git@example.invalid/org/repo//sub?ref=x\n"
                "- https://github.com/org/repo//sub?ref=x\n- HTTPS://example.invalid/b.yaml\n"
                "- GitHub.com/org/repo\n- org-1@github.com:org/repo.git\n- file:///nowhere/repo.git\n"
            )
        },
        [
            f"warning kustomization.yaml:2: names https://example.invalid/a.yaml, {REMOTE}",
            f"warning kustomization.yaml:3: names github.com/org/repo?ref=v1, {REMOTE}",
            f"warning kustomization.yaml:4: names git@github.com:org/repo.git, {REMOTE}",
            f"warning kustomization.yaml:5: names ssh://git@example.invalid/org/repo//sub?ref=x, {REMOTE}",
            f"warning kustomization.yaml:6: names https://github.com/org/repo//sub?ref=x, {REMOTE}",
            f"warning kustomization.yaml:7: names HTTPS://example.invalid/b.yaml, {REMOTE}",
            f"warning kustomization.yaml:8: names GitHub.com/org/repo, {REMOTE}",
            f"warning kustomization.yaml:9: names org-1@github.com:org/repo.git, {REMOTE}",
            f"warning kustomization.yaml:10: names file:///nowhere/repo.git, {REMOTE}",
        ],
    ),
    "remote-everywhere": Case(
        {
            "kustomization.yaml": (
                "configMapGenerator:\n- name: a\n  files: [http://example.invalid/1, k=http://example.invalid/2]\n"
                "  envs: [http://example.invalid/3]\npatches: [{path: http://example.invalid/4}]\n"
                "components: [http://example.invalid/5]\ntransformers: [http://example.invalid/6]\n"
                "crds: [http://example.invalid/7]\nopenapi: {path: http://example.invalid/8}\n"
            )
        },
        [
            f"warning kustomization.yaml:{line}: names http://example.invalid/{number}, {REMOTE}"
            for number, line in ((5, 6), (7, 8), (6, 7), (4, 5), (1, 3), (2, 3), (3, 4), (8, 9))
        ],
    ),
    "on-a-remote": Case(
        {
            "base/kustomization.yaml": "resources: [https://example.invalid/a.yaml]\n",
            "middle/kustomization.yaml": "resources: [../base]\n",
            # Cannot be rendered without the base, and that is nobody's fault.
            "prod/kustomization.yaml": (
                "resources: [../middle]\npatches:\n- target: {kind: Deployment, name: its}\n"
                "  patch: '[{op: remove, path: /spec}]'\n"
            ),
            "other/kustomization.yaml": "resources: [map.yaml]\n",
            "other/map.yaml": MAP,
        },
        [f"warning base/kustomization.yaml:1: names https://example.invalid/a.yaml, {REMOTE}"],
        {"other": True},
    ),
    # YAML
    "syntax": Case(
        {"a.yaml": "a: 1\nb: [1\nc: 2\n"}, ["error a.yaml:3: not YAML: did not find expected ',' or ']'"]
    ),
    "syntax-deep-inside": Case(
        {"sub/dir/a.yml": f"{MAP}---\n# comment\na: 1\n b: 2\n"},
        ["error sub/dir/a.yml:7: not YAML: mapping values are not allowed in this context"],
    ),
    "syntax-of-a-kustomization": Case(
        {"Kustomization": "resources: [\n"},
        [
            "error Kustomization:2: not YAML: did not find expected node content",
            "error Kustomization: not a kustomization: it is not a mapping",
        ],
        {"": False},
    ),
    "tab": Case(
        {"a.yaml": "a: 1\nb:\n\tc: 2\n"},
        ["error a.yaml:3: not YAML: found character that cannot start any token"],
    ),
    "control-character": Case(
        {"a.yaml": "a: 1\nb: \x07\n"},
        ["error a.yaml:2: not YAML: unacceptable character #x0007: control characters are not allowed"],
    ),
    "alias": Case({"a.yaml": "a: 1\nb: *x\n"}, ["error a.yaml:2: not YAML: found undefined alias"]),
    "twice": Case(
        {"a.yaml": f"{MAP}data:\n  a: x\n  b: y\n  a: z\n", "b.yaml": "a:\n- {b: 1, 'b': 2}\na: 1\n"},
        [
            "error a.yaml:7: key 'a' appears twice",
            "error b.yaml:2: key 'b' appears twice",
            "error b.yaml:3: key 'a' appears twice",
        ],
    ),
    "latin-1": Case({"a.yaml": b"a: 1\nb: caf\xe9\n"}, ["error a.yaml:2: not UTF-8"]),
    "utf-16": Case({"a.yaml": "a: 1\n".encode("utf-16")}, ["error a.yaml:1: not UTF-8"]),
    "byte-order-mark": Case({"a.yaml": b"\xef\xbb\xbf" + MAP.encode()}),
    "windows": Case({"a.yaml": MAP.replace("\n", "\r\n")}),
    "aliases-without-end": Case({"kustomization.yaml": "resources: []\n", "a.yaml": "a: &a [*a]\n"}),
    "aliases-of-aliases": Case(
        {
            "notes.txt": "no kustomization names it",
            "kustomization.yaml": "resources: []\n",
            "bomb.yaml": "a0: &a0 [x]\n"
            + "".join(f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(30)),
        },
        [],
        {"": True},
    ),
    "nested-too-deep": Case({"a.yaml": "[" * 100_000}, ["error a.yaml…: not YAML: …"]),
    "nested-deep": Case({"kustomization.yaml": "resources: []\n", "a.yaml": "[" * 150 + "]" * 150}, []),
    # A folder without a kustomization: all its manifests
    "manifests": Case({"a.yaml": MAP, "sub/b.yml": MAP.replace("map", "other"), "c.txt": "{{"}),
    "values": Case(
        {"a.yaml": MAP, "values.yaml": "replicas: 1\n"},
        ["error .: not rendered: …values.yaml…missing Resource metadata…"],
    ),
    "same-object-twice": Case(
        {"a.yaml": MAP, "b.yaml": MAP}, ["error .: not rendered: …already registered id: ConfigMap…"]
    ),
    "nothing-in-it": Case({"a.yaml": "", "b.yaml": "# later\n", "c.yaml": "---\n---\n", "README.md": "x"}),
    "no-manifest": Case({"README.md": "x"}),
    # Helm charts
    "chart": Case(
        {
            "kustomization.yaml": "resources: []\n",
            "chart/Chart.yaml": CHART,
            "chart/templates/a.yaml": TEMPLATE,
            "chart/templates/tests/b.yaml": TEMPLATE,
            "chart/charts/sub/Chart.yaml": CHART,
            "chart/charts/sub/templates/c.yaml": TEMPLATE,
        },
        [],
        {"": True},
    ),
    "templates-of-no-chart": Case(
        {"kustomization.yaml": "resources: []\n", "templates/a.yaml": TEMPLATE},
        ["error templates/a.yaml:1: not YAML: …"],
        {"": True},
    ),
    "chart-that-flux-would-apply": Case(
        {"Chart.yaml": CHART, "templates/a.yaml": TEMPLATE}, ["error .: not rendered: …Chart.yaml…"]
    ),
    # Secrets
    "secrets": Case(
        {
            "a.yaml": f"{SECRET}data:\n  a: Yg==\n",
            "b.yaml": f"{MAP}---\n{SECRET.replace('secret', 'b')}stringData:\n  a: b\n",
            "c.yaml": (
                "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n"
                "  metadata: {name: c}\n  data: {a: Yg==}\n"
            ),
        },
        [
            f"warning a.yaml:5: a Secret has its data {PLAIN}",
            f"warning b.yaml:9: a Secret has its stringData {PLAIN}",
            f"warning c.yaml:7: a Secret has its data {PLAIN}",
        ],
    ),
    "secret-list": Case(
        {
            "a.yaml": (
                "apiVersion: v1\nkind: SecretList\nitems:\n- apiVersion: v1\n  kind: Secret\n"
                "  metadata: {name: c}\n  data: {a: Yg==}\n"
            ),
        },
        [f"warning a.yaml:7: a Secret has its data {PLAIN}"],
    ),
    "no-secrets": Case(
        {
            "a.yaml": f"{SECRET}stringData:\n  a: ENC[AES256_GCM,data:eA==,type:str]\nsops:\n  mac: x\n",
            "b.yaml": f"{SECRET.replace('secret', 'b')}data: {{}}\n",
            "c.yaml": f"{MAP}data:\n  kind: Secret\n",
        }
    ),
    # What a cluster would get otherwise
    "lfs": Case(
        {"kustomization.yaml": "resources: []\n", "model.bin": LFS},
        ["error model.bin: is a Git LFS pointer, not the file it stands for"],
        {"": True},
    ),
    "symlink": Case(
        {"kustomization.yaml": "resources: [link.yaml]\n", "map.yaml": MAP},
        [
            "error link.yaml: is a symlink, which Flux leaves out of the image",
            "error kustomization.yaml:1: names link.yaml, which Flux leaves out of the image",
        ],
        {"": True},  # here, but not in a cluster
    ),
    "submodule": Case(
        {"kustomization.yaml": "resources: []\n"},
        ["error module: is a submodule, whose files are not in this repository"],
        {"": True},
    ),
    "checkout": Case(
        {"kustomization.yaml": "resources: []\n", ".gitattributes": "*.sh eol=crlf\n", "a.sh": "x\n"},
        [
            "error a.sh: changes when it is checked out: attribute eol=crlf, "
            "and the file has lines that end in LF"
        ],
        {"": True},
    ),
    # Names
    "Capital": Case(
        {"a.yaml": MAP},
        [
            "error .: cannot be an OCI repository: the name has 'C' at character 1; "
            "allowed are a-z, 0-9 and . _ - between them"
        ],
    ),
    "sp ace": Case(
        {"a.yaml": MAP},
        [
            "error .: cannot be an OCI repository: the name has ' ' at character 3; "
            "allowed are a-z, 0-9 and . _ - between them"
        ],
    ),
    "dots..": Case(
        {"a.yaml": MAP},
        [
            "error .: cannot be an OCI repository: the name needs a letter or digit at both ends "
            "and a single separator (. _ __ or dashes) between them"
        ],
    ),
    "x" * 129: Case(
        {"a.yaml": MAP},
        ["error .: cannot be an OCI repository: the name is longer than 128 characters"],
    ),
    "a-v1.0.0": Case(
        {"a.yaml": MAP},
        ["error .: its release tags would be read as another artifact's: the name looks like a version"],
    ),
    "a--b__c.d": Case({"a.yaml": MAP}),
    "-a": Case(
        {"a.yaml": MAP},
        [
            "error .: cannot be an OCI repository: the name needs a letter or digit at both ends "
            "and a single separator (. _ __ or dashes) between them"
        ],
    ),
}


def run_check(repo: Repo, *names: str, **settings: Any) -> Check:
    with opened(repo, Settings(**settings)) as monorepo:
        return check_artifacts(monorepo, names)


def lines(found: Check) -> list[str]:
    return [f"{f.level} {f.path}{f':{f.line}' if f.line else ''}: {f.message}" for f in found.findings]


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """All the cases in one monorepo."""
    files = {f"artifacts/{name}/{path}": c for name, case in CASES.items() for path, c in case.files.items()}
    repo = monorepo(tmp_path_factory.mktemp("check") / "repo", files)
    repo.symlink("artifacts/symlink/link.yaml", "map.yaml")
    repo.git("add", "--all")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.head},artifacts/submodule/module")
    repo.git("commit", "--quiet", "-m", "what files cannot be")
    return repo


@pytest.fixture(scope="module")
def renderer() -> Iterator[tuple[str, ...]]:
    """The command of kustomize that the check finds."""
    program = need(parts.kustomize)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(Path(program).parent), prepend=os.pathsep)
        found = kustomize_module.find_kustomize()
        assert found
        yield found.command


def only(folder: Path, monkeypatch: pytest.MonkeyPatch, **programs: str) -> Path:
    """A PATH that has git and these programs: the path of one, or the text of a script."""
    path = folder / "only"
    path.mkdir()
    for name, program in {"git": str(shutil.which("git")), **programs}.items():
        if program.startswith("#!"):
            (path / name).write_text(program)
            (path / name).chmod(0o755)
        else:
            (path / name).symlink_to(program)
    monkeypatch.setenv("PATH", str(path))
    return path
