"""`inv check`: what is wrong with artifacts and the desired state, and kustomize is of the same opinion."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from flux import kustomize as kustomize_module
from flux.commands.check import Check, check_artifacts
from flux.errors import RequestError
from flux.settings import Phase, Settings
from tests import parts
from tests.commands.helpers import in_actions, inv, monorepo, push_payload
from tests.conftest import need
from tests.monorepos import opened
from tests.repo import Repo
from tests.servers import Answer, Server, serve

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
            "error kustomization.yaml:3: names ../good/map.yaml, which is outside of the artifact, "
            "where no cluster has it"
        ],
    ),
    "outside-folder": Case(
        {"prod/kustomization.yaml": "resources:\n  - ../../good\n"},
        [
            "error prod/kustomization.yaml:2: names ../../good, which is outside of the artifact, "
            "where no cluster has it"
        ],
        {"prod": True},  # here, but not in a cluster
    ),
    "outside-absolute": Case(
        {"kustomization.yaml": "resources: [/etc/hostname]\n"},
        [
            "error kustomization.yaml:1: names /etc/hostname, which is outside of the artifact, "
            "where no cluster has it"
        ],
    ),
    "missing": Case(
        {"kustomization.yaml": "resources:\n- map.yaml\npatches:\n- path: nope.yaml\n", "map.yaml": MAP},
        ["error kustomization.yaml:4: names nope.yaml, which is not there"],
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
        ["error kustomization.yaml: not a kustomization: no mapping"],
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
            "error Kustomization: not a kustomization: no mapping",
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
            "error a.yaml:7: key 'a' is there twice",
            "error b.yaml:2: key 'b' is there twice",
            "error b.yaml:3: key 'a' is there twice",
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
            "error a.sh: is checked out otherwise than committed: attribute eol=crlf, "
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
        ["error .: its release tags would be taken for another artifact's: the name reads as a version"],
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
        return check_artifacts(monorepo, names, lambda done: None)


def lines(found: Check) -> list[str]:
    return [f"{f.level} {f.path}{f':{f.line}' if f.line else ''}: {f.message}" for f in found.findings]


def matches(expected: str, line: str) -> bool:
    return bool(re.fullmatch(".*".join(map(re.escape, expected.split("…"))), line))


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


@pytest.fixture(scope="module")
def checked(everything: Repo, renderer: tuple[str, ...]) -> dict[str, list[str]]:
    """What is found of each case."""
    found = run_check(everything, ignore=("docs.yaml",))
    assert sorted(found.artifacts) == sorted(CASES)
    assert found.notices == []
    grouped: dict[str, list[str]] = {name: [] for name in CASES}
    for finding, line in zip(found.findings, lines(found), strict=True):
        name, _, path = finding.path.removeprefix("artifacts/").partition("/")
        grouped[name].append(line.replace(finding.path, path or ".", 1))
    return grouped


@pytest.mark.parametrize("name", CASES)
def test_a_case(name: str, checked: dict[str, list[str]]) -> None:
    expected, found = CASES[name].found, checked[name]
    assert len(expected) == len(found), found
    for line in expected:
        assert any(matches(line, other) for other in found), (line, found)


@pytest.mark.parametrize("name", [name for name in CASES if CASES[name].renders])
def test_kustomize_is_of_that_opinion(name: str, everything: Repo, renderer: tuple[str, ...]) -> None:
    for folder, renders in CASES[name].renders.items():
        path = everything.path / "artifacts" / name / folder
        command = [*renderer, "--load-restrictor", "LoadRestrictionsNone", str(path)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert (done.returncode == 0) == renders, done.stderr


def test_no_message_has_a_place_of_this_machine(checked: dict[str, list[str]]) -> None:
    """A scratch folder, or a line of somebody's log."""
    said = [line for found in checked.values() for line in found]
    assert [line for line in said if "/tmp" in line or "command failed" in line or "\n" in line] == []


@pytest.mark.parametrize("program", [parts.kustomize, parts.kubectl])
def test_either_kustomize_says_the_same(
    program: Callable[[], str], everything: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(tmp_path, monkeypatch, **{program.__name__: need(program)})
    names = ("unknown-field", "patch-of-nothing", "an-error-of-many-lines", "two-of-them")
    for name in names:
        (line,) = lines(run_check(everything, name))
        (expected,) = CASES[name].found
        assert matches(expected.replace("error ", f"error artifacts/{name}/"), line), line


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


@pytest.mark.parametrize(
    "programs",
    [
        {},
        {"kustomize": "#!/bin/sh\necho v4.5.7\n"},
        {"kubectl": '#!/bin/sh\necho \'{"kustomizeVersion": "v4.5.7"}\'\n'},
        {"kubectl": "#!/bin/sh\necho '{}'\n"},
        {"kubectl": "#!/bin/sh\necho '[]'\n"},
        {"kubectl": "#!/bin/sh\nexit 1\n", "kustomize": "#!/bin/sh\nexit 1\n"},
        {"kubectl": "#!/nonexistent\n"},
    ],
)
def test_without_kustomize_the_rest_is_checked(
    programs: dict[str, str], everything: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(tmp_path, monkeypatch, **programs)
    found = run_check(everything, "unknown-field", "missing", "twice", "secrets")
    assert found.notices == ["kustomizations are not rendered: no kustomize 5 or kubectl 1.27 on PATH"]
    assert sorted(map(str, lines(found))) == sorted(
        line.replace(" ", f" artifacts/{name}/", 1)
        for name in ("missing", "twice", "secrets")
        for line in CASES[name].found
    )


def test_a_kustomize_that_never_ends(
    everything: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(
        tmp_path,
        monkeypatch,
        kustomize='#!/bin/sh\n[ "$1" = version ] && echo v5.0.0 || exec /bin/sleep 60\n',
    )
    monkeypatch.setattr(kustomize_module, "_SECONDS", 1)
    started = time.monotonic()
    (line,) = lines(run_check(everything, "good"))
    assert re.fullmatch(r"error artifacts/good/kustomization\.yaml: not rendered: .*within 1 seconds", line)
    assert time.monotonic() - started < 5


# Nothing is fetched


@dataclass(frozen=True)
class Network:
    """Whoever goes out is seen: by a proxy, and by a git that is none; our own is named apart."""

    proxy: Server
    git: Path
    env: dict[str, str]

    def attempts(self) -> list[str]:
        calls = self.git.read_text().splitlines() if self.git.exists() else []
        return [f"{request.method} {request.path}" for request in self.proxy.requests] + calls


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    log, folder = tmp_path / "git.log", tmp_path / "seen"
    folder.mkdir()
    (folder / "git").write_text(f'#!/bin/sh\necho "git $*" >>"{log}"\nexit 1\n')
    (folder / "git").chmod(0o755)
    with serve(lambda request: Answer(404)) as proxy:
        env = dict.fromkeys(
            ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), f"http://{proxy.host}"
        )
        env["GIT_PYTHON_GIT_EXECUTABLE"] = str(shutil.which("git"))
        env["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
        yield Network(proxy, log, env)


# Where a reader of kustomizations may not look for a name: keys in another case, and the files and texts that
# configure what is built in.
HIDDEN = {
    "case": {"kustomization.yaml": "Resources: [http://example.invalid/x.yaml]\n"},
    "case-of-git": {"kustomization.yaml": "RESOURCES: ['git@example.invalid:org/repo']\n"},
    "inner-case": {
        "kustomization.yaml": "configMapGenerator: [{name: a, Files: [http://example.invalid/x]}]\n"
    },
    "generator": {
        "kustomization.yaml": "generators: [own.yaml]\n",
        "own.yaml": (
            "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: a}\n"
            "files: [http://example.invalid/x]\n"
        ),
    },
    "transformer": {
        "kustomization.yaml": "resources: [map.yaml]\ntransformers: [own.yaml]\n",
        "map.yaml": MAP,
        "own.yaml": (
            "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: a}\n"
            "path: http://example.invalid/x\n"
        ),
    },
    "inline": {
        "kustomization.yaml": (
            "generators:\n- |-\n  apiVersion: builtin\n  kind: ConfigMapGenerator\n  metadata: {name: a}\n"
            "  files: [http://example.invalid/x]\n"
        )
    },
}


def test_what_is_seen_of_the_network(network: Network, renderer: tuple[str, ...], tmp_path: Path) -> None:
    """That the next test would notice."""
    for number, files in enumerate(HIDDEN.values()):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_text(content)
        before = len(network.attempts())
        subprocess.run([*renderer, str(folder)], env={**os.environ, **network.env}, capture_output=True)
        assert len(network.attempts()) > before, files


def test_nothing_remote_is_fetched(network: Network, renderer: tuple[str, ...], tmp_path: Path) -> None:
    remote = ("remote", "remote-everywhere", "on-a-remote")
    cases = {**{name: CASES[name].files for name in remote}, **HIDDEN}
    files = {f"artifacts/{name}/{path}": c for name, content in cases.items() for path, c in content.items()}
    repo = monorepo(tmp_path / "repo", files)
    findings = inv(repo, "check", "--json", env=network.env).document["findings"]
    assert network.attempts() == []
    # And it is said that something was not looked at.
    assert {finding["path"].split("/")[1] for finding in findings} == set(cases)


# What is checked


def test_the_commit_is_checked_and_not_the_working_tree(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", {"artifacts/app/a.yaml": MAP})
    repo.write("artifacts/app/a.yaml", "a: [")
    repo.write("artifacts/new/a.yaml", "a: [")
    repo.write("flux/releaseconfig.json", "no JSON")
    found = run_check(repo)
    assert (found.artifacts, lines(found), found.failed) == (["app"], [], False)


def test_some_artifacts(everything: Repo) -> None:
    found = run_check(everything, "twice", "lfs")
    assert found.artifacts == ["lfs", "twice"]
    assert {finding.path.split("/")[1] for finding in found.findings} == {"lfs", "twice"}
    with pytest.raises(RequestError, match=r"there is no artifact 'twise' at .*; did you mean twice\?"):
        run_check(everything, "twise")


def test_no_artifacts(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", {"README.md": "x"})
    assert run_check(repo).artifacts == []


# The desired state

PHASES = (Phase("at", ("at_ring1", "at_ring2")), Phase("prod", ("prod",)))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{}", []),
        ('{"app": {}}', []),
        ('{"app": {"at_ring1": "1.0.0", "prod": "2.0.0-rc.1"}}', []),
        (
            '{"app": {"at_ring3": "1.0.0"}}',
            ["error F:1: app has an unknown environment at_ring3; did you mean at_ring…?"],
        ),
        (
            '{"app": {"xyz": "1.0.0"}}',
            ["error F:1: app has an unknown environment xyz; known are at_ring1, at_ring2, prod"],
        ),
        (
            '{"app": {"prod": "1.0"}}',
            ['error F:1: app has "1.0" in prod, which is no semantic version'],
        ),
        (
            '{"app": {"prod": "v1.0.0"}}',
            ['error F:1: app has "v1.0.0" in prod, which is no semantic version'],
        ),
        ('{"app": {"prod": 1}}', ["error F:1: app has 1 in prod, which is no semantic version"]),
        ('{"app": {"prod": null}}', ["error F:1: app has null in prod, which is no semantic version"]),
        (
            '{"app": {"prod": "1.0.0+build"}}',
            ["error F:1: app has 1.0.0+build in prod: build metadata cannot be in an OCI tag"],
        ),
        (
            '{"app": {"prod": "1.0.0",\n"prod": "1.0.1"}}',
            ["error F:2: key 'prod' is there twice"],
        ),
        ('{"app": {},\n"app": {}}', ["error F:2: key 'app' is there twice"]),
        ('{\n"app": {\n},\n}', ["error F:4: not JSON: …"]),
        ("", ["error F:1: not JSON: …"]),
        ("\ufeff{}", ["error F:1: not JSON: …"]),
        (b'{\n"caf\xe9": {}}', ["error F:2: not UTF-8"]),
        ("[" * 100_000, ["error F:1: not JSON …"]),
        ("[]", ["error F: must be an object of artifacts"]),
        ("null", ["error F: must be an object of artifacts"]),
        ('{"app": ["1.0.0"]}', ["error F:1: app must have an object of environments"]),
        (
            '{"old": {"prod": "1.0.0", "at_ring1": "1.1.0"}}',
            ["warning F: old is no artifact any more, but still deployed to prod, at_ring1"],
        ),
        ('{"old": {}}', []),
        (
            '{"app": {"prod": "x", "nope": "1.0.0"}, "old": {"prod": "1.0.0+a"}, "b": 1}',
            [
                'error F:1: app has "x" in prod, which is no semantic version',
                "error F:1: app has an unknown environment nope; known are at_ring1, at_ring2, prod",
                "warning F: old is no artifact any more, but still deployed to prod",
                "error F:1: old has 1.0.0+a in prod: build metadata cannot be in an OCI tag",
                "error F:1: b must have an object of environments",
            ],
        ),
    ],
)
def test_the_desired_state(content: str | bytes, expected: list[str], tmp_path: Path) -> None:
    repo = monorepo(tmp_path, {"artifacts/app/x": "", "state/wanted.json": content})
    found = run_check(repo, releaseconfig="state/wanted.json", phases=PHASES)
    said = lines(found)
    assert len(said) == len(expected), said
    for line, pattern in zip(said, expected, strict=True):
        assert matches(pattern.replace(" F", " state/wanted.json", 1), line), said
    assert found.failed == any(line.startswith("error") for line in expected)
    # It is no part of any one artifact.
    assert run_check(repo, "app", releaseconfig="state/wanted.json", phases=PHASES).findings == []


def test_without_a_desired_state_there_is_nothing_to_say(tmp_path: Path) -> None:
    assert run_check(monorepo(tmp_path, {"artifacts/app/x": ""})).findings == []


# As a command


@pytest.fixture
def two(tmp_path: Path) -> Repo:
    """An error, a warning, and an odd name."""
    files = {
        "artifacts/app/a,b: c%.yaml": "a: 1\nb: [\n",
        "artifacts/db/kustomization.yaml": "resources: [s.yaml]\n",
        "artifacts/db/s.yaml": f"{SECRET}data:\n  a: Yg==\n",
        "flux/releaseconfig.json": '{"gone": {"prod": "1.0.0"}}',
    }
    return monorepo(tmp_path / "repo", files)


NOT_YAML = "not YAML: did not find expected node content"
GONE = "gone is no artifact any more, but still deployed to prod"


def test_what_people_see(two: Repo) -> None:
    finished = inv(two, "check")
    assert finished.code == 1
    assert finished.err == ""
    assert finished.out.splitlines() == [
        f"error artifacts/app/a,b: c%.yaml:3: {NOT_YAML}",
        f"warning artifacts/db/s.yaml:5: a Secret has its data {PLAIN}",
        f"warning flux/releaseconfig.json: {GONE}",
        "2 artifacts checked: 1 errors, 2 warnings.",
    ]
    finished = inv(two, "check", "-a", "db")
    assert finished.code == 0
    assert finished.out.splitlines()[-1] == "1 artifacts checked: 0 errors, 1 warnings."


def test_what_programs_see(two: Repo) -> None:
    finished = inv(two, "check", "--json")
    assert (finished.code, finished.err) == (1, "")
    assert finished.document == {
        "artifacts": ["app", "db"],
        "findings": [
            {"level": "error", "path": "artifacts/app/a,b: c%.yaml", "line": 3, "message": NOT_YAML},
            {
                "level": "warning",
                "path": "artifacts/db/s.yaml",
                "line": 5,
                "message": f"a Secret has its data {PLAIN}",
            },
            {"level": "warning", "path": "flux/releaseconfig.json", "line": None, "message": GONE},
        ],
    }
    assert inv(two, "check", "--json", "-a", "db").code == 0


def test_what_actions_sees(two: Repo, tmp_path: Path) -> None:
    job = in_actions(tmp_path / "job", "push", push_payload("0" * 40, two.head))
    finished = inv(two, "check", env=job.env)
    assert (finished.code, finished.err) == (1, "")
    assert finished.out.splitlines() == [
        f"::error file=artifacts/app/a%2Cb%3A c%25.yaml,line=3::{NOT_YAML}",
        f"::warning file=artifacts/db/s.yaml,line=5::a Secret has its data {PLAIN}",
        f"::warning file=flux/releaseconfig.json::{GONE}",
        "2 artifacts checked: 1 errors, 2 warnings.",
    ]
    summary = job.summary.read_text()
    assert summary.startswith("### 2 artifacts checked: 1 errors, 2 warnings.\n")
    assert summary.count("\n| ") == 5
    # Nothing but the document on standard output, and nothing that Actions would not read.
    finished = inv(two, "check", "--json", env=job.env)
    assert finished.code == 1
    assert len(finished.document["findings"]) == 3


def test_names_of_any_bytes(tmp_path: Path) -> None:
    names = [
        os.fsdecode(b"caf\xe9.yaml"),
        "new\nline.yaml",
        "\x1b[31m.yaml",
        "\N{RIGHT-TO-LEFT OVERRIDE}.yaml",
    ]
    repo = monorepo(tmp_path / "repo", {f"artifacts/app/{name}": "a: [" for name in names})
    finished = inv(repo, "check")
    assert finished.code == 1
    shown = finished.out.splitlines()
    assert len(shown) == 5
    assert all(line.isprintable() for line in shown)
    assert {finding["path"] for finding in inv(repo, "check", "--json").document["findings"]} == {
        f"artifacts/app/{name}" for name in names
    }
    job = in_actions(tmp_path / "job", "push", push_payload("0" * 40, repo.head))
    assert len(inv(repo, "check", env=job.env).out.splitlines()) == 5


def test_that_no_kustomize_is_there_is_said(
    two: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(tmp_path, monkeypatch)
    finished = inv(two, "check", "-a", "db")
    assert finished.code == 0
    assert finished.err.splitlines() == [
        "kustomizations are not rendered: no kustomize 5 or kubectl 1.27 on PATH"
    ]


def test_the_artifacts_of_this_repository_are_fit(renderer: tuple[str, ...]) -> None:
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        pytest.skip("not a clone")
    with opened(root) as monorepo:
        assert lines(check_artifacts(monorepo, (), lambda done: None)) == []
