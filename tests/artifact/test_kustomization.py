"""What a kustomization names, and whether a cluster has it."""

import pytest

from flux.artifact.finding import Level
from flux.artifact.kustomization import read_kustomizations, renderable

ALL_NAMES = """\
resources: [r.yaml, base]
bases: [b]
components: [c]
crds: [d.yaml]
configurations: [e.yaml]
patchesStrategicMerge: [f.yaml, "a: 1\\nb: 2\\n"]
generators: [g.yaml, "kind: X\\nname: y\\n"]
transformers: [h.yaml]
validators: [i.yaml]
patches: [{path: j.yaml}, {patch: "x"}]
patchesJson6902: [{path: k.yaml}]
replacements: [{path: l.yaml}]
configMapGenerator: [{name: m, files: [m.txt, key=n.txt, d/e=o.txt], envs: [p.env], env: q.env}]
secretGenerator: [{files: [s.txt]}, 7]
openapi: {path: t.json}
"""


def read(kustomization: str, *others: str, left_out: tuple[str, ...] = ()) -> list[tuple[Level, str, int]]:
    contents = {"app/kustomization.yaml": kustomization.encode(), **dict.fromkeys(others, b"")}
    (found,) = [k for k in read_kustomizations(contents, frozenset(left_out)).values() if k.folder == "app"]
    return [(f.level, f.message, f.line) for f in [*found.findings, *found.remote]]


def test_everything_that_is_named_is_looked_for() -> None:
    missing = {message.split()[1].rstrip(",") for _, message, _ in read(ALL_NAMES)}
    letters = {f"{letter}.yaml" for letter in "rdefghijkl"}
    assert missing == letters | {
        *("base", "b", "c", "m.txt", "n.txt", "d/e=o.txt", "p.env", "q.env", "s.txt", "t.json")
    }


@pytest.mark.parametrize(
    ("name", "level", "message"),
    [
        ("x.yaml", None, ""),
        ("./x.yaml", None, ""),
        ("../app/x.yaml", None, ""),
        ("../base", None, ""),
        ("../base/", None, ""),
        ("gone.yaml", Level.ERROR, "names gone.yaml, which does not exist"),
        ("../../up.yaml", Level.ERROR, "names ../../up.yaml, which is outside of the artifact"),
        ("/etc/passwd", Level.ERROR, "names /etc/passwd, which is outside of the artifact"),
        ("pic.png", Level.ERROR, "names pic.png, which Flux leaves out of the image"),
        ("https://example.com/x.yaml", Level.WARNING, "names https://example.com/x.yaml, which is remote"),
        (
            "github.com/octo/bases?ref=v1",
            Level.WARNING,
            "names github.com/octo/bases?ref=v1, which is remote",
        ),
        ("git@example.com:octo/bases", Level.WARNING, "names git@example.com:octo/bases, which is remote"),
        ("example.com/octo/bases//app", Level.WARNING, "names example.com/octo/bases//app, which is remote"),
    ],
)
def test_a_name(name: str, level: Level | None, message: str) -> None:
    found = read(f"resources:\n- {name}\n", "app/x.yaml", "base/y.yaml", left_out=("app/pic.png",))
    assert [(lev, line) for lev, _, line in found] == ([(level, 2)] if level else [])
    assert all(said.startswith(message) for _, said, _ in found)


@pytest.mark.parametrize("content", ["[1]", "a: [", "text"])
def test_what_is_no_mapping(content: str) -> None:
    assert read(content) == [(Level.ERROR, "not a kustomization: it is not a mapping", 0)]


@pytest.mark.parametrize(
    "content", ["", " \n", "resources: text\n", "resources: [7, null]\n", "patches: [x]\n"]
)
def test_what_names_nothing(content: str) -> None:
    assert read(content) == []


def test_what_builds_on_something_spoilt_is_not_rendered() -> None:
    contents = {
        "good/kustomization.yaml": b"resources: [x.yaml]\n",
        "good/x.yaml": b"",
        "bad/Kustomization": b"resources: [gone.yaml]\n",
        "on/kustomization.yml": b"resources: [../bad]\n",
        "above/kustomization.yaml": b"resources: [../on, ../good]\n",
        "far/kustomization.yaml": b"resources: ['https://example.com/x']\n",
        "kustomization.yaml": b"resources: [good]\n",
    }
    assert renderable(read_kustomizations(contents, frozenset())) == ["", "good"]
