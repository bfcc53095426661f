"""What an invoke.yaml of any commit says of sources and ignored files. It is data from outside."""

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from flux.artifact.folder import Folder, SourceEntry
from flux.artifact.layout import Layout
from flux.artifact.prepare import Prepare
from flux.errors import SettingError
from flux.settings import read_settings
from flux.settings.sources import read_adopted, read_layout, read_mode

ENTRIES = Layout((SourceEntry("apps/*"), SourceEntry(".", "all", ("apps",))))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("flux:\n", Layout()),
        ("flux: {}\n", Layout()),
        ("flux: {sources: apps}\n", Layout.under("apps")),
        ("flux: {sources: ./apps/}\n", Layout.under("apps")),
        ("flux: {artifacts: [apps/*, {path: ., name: all, exclude: apps}]}\n", ENTRIES),
        ("flux: {ignore: ['*.md', docs/]}\n", Layout(ignore=("*.md", "docs/"))),
        ("flux: {registry: [no, registry], gone: 1}\n", Layout()),
        ('{"flux": {"ignore": "a,b"}}', Layout(ignore=("a", "b"))),
        ("", None),
        ("run: {echo: true}\n", None),
    ],
)
def test_what_it_says(content: str, expected: Layout | None) -> None:
    assert read_layout(content.encode()) == expected


BOMB = "a: &a [x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join(['*' + before] * 8)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "content",
    [
        b"flux: [\n",
        b"\xff\xfe\x00",
        b"- a\n",
        b"flux: 3\n",
        b"flux: {sources: ../up}\n",
        b"flux: {sources: 3}\n",
        b"flux: {sources: apps, artifacts: [infra]}\n",
        b"flux: {artifacts: [{path: infra, name: A}]}\n",
        b"flux: {ignore: {a: b}}\n",
        b"flux: {ignore: ['!']}\n",
        b"flux: {sources: !!python/object/apply:os.system [false]}\n",
        b"[" * 50_000,
        b"#" * 65_537,
        (BOMB + "flux: {ignore: *i}\n").encode(),
        json.dumps({"flux": {"ignore": ["x"] * 1001}}).encode(),
    ],
)
def test_what_cannot_be_read(content: bytes) -> None:
    with pytest.raises(SettingError) as refused:
        read_layout(content)
    assert len(refused.value.message) < 400


@given(
    st.binary(max_size=300)
    | st.text(max_size=300).map(lambda text: f"flux: {text}".encode("utf-8", "replace"))
)
def test_any_content_is_read_or_refused(content: bytes) -> None:
    try:
        layout = read_layout(content)
    except SettingError:
        return
    assert layout is None or layout.excludes(Folder("a", "a", layout.artifacts[0]))("x.yaml") in (True, False)


def test_a_build_step_comes_with_the_files_of_the_desired_state() -> None:
    said = b"flux: {prepare: make, output: out, inputs: x, releaseconfig: state/x.json}"
    layout = read_layout(said)
    assert layout is not None
    assert layout == read_settings(yaml.safe_load(said)["flux"], {}).layout
    assert layout.artifacts == (SourceEntry("artifacts/*", prepare=Prepare("make", "out", ("x",))),)
    assert layout.state == ("state/x.json", "state/freezes.json")
    with pytest.raises(SettingError, match="releaseconfig"):
        read_layout(b"flux: {prepare: make, releaseconfig: ../x}")
    assert read_layout(b"flux: {releaseconfig: ../x}") == Layout()


def test_settings_that_are_read_without_a_check() -> None:
    said = b"flux: {mode: observe, adopted: abc}"
    assert (read_mode(said), read_adopted(said)) == ("observe", "abc")
    for nothing in (b"", b"flux: {}", b"flux: [", b"flux: 3", b"x: {mode: observe}"):
        assert (read_mode(nothing), read_adopted(nothing)) == ("", "")
