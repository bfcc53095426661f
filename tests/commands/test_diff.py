"""`inv diff`: what promotion would change, from the registry's own contents."""

import gzip
import json
from typing import Any

import pytest

from flux.artifact.image import LAYER_TYPE
from flux.artifact.layer import digest_of
from flux.commands.diff import Compared, Diff, compare_version
from flux.errors import RegistryUnreachableError
from flux.registry.target import Manifest
from flux.settings import Settings
from tests.artifact.trees import archived
from tests.commands.diffing import run, settle
from tests.commands.faulty import Faulty, refuse
from tests.commands.invoking import commands, in_actions, one_table
from tests.commands.releasing import PHASES
from tests.commands.tagging import World
from tests.commands.tagging import either as either
from tests.commands.tagging import kind as kind
from tests.commands.tagging import seed as seed
from tests.commands.tagging import world as world
from tests.monorepos import opened

# `publish_versions` adds a line for each version.
ADDED = """\
diff --git a/x.yaml b/x.yaml
new file mode 100644
--- /dev/null
+++ b/x.yaml
@@ -0,0 +1,3 @@
+app: 1
+# 1.0.0
+# 1.1.0
"""
CHANGED = """\
diff --git a/x.yaml b/x.yaml
--- a/x.yaml
+++ b/x.yaml
@@ -1,2 +1,3 @@
 app: 1
 # 1.0.0
+# 1.1.0
"""


def compare(world: World, name: str, version: str | None = None, artifact: str = "app", **more: Any) -> Diff:
    settings = Settings(registry=world.place.location, phases=PHASES)
    with opened(world.repo, settings, registry=more.get("registry") or world.open()) as monorepo:
        return compare_version(monorepo, artifact, name, version)


def shapes(found: Diff) -> list[tuple[tuple[str, ...], str | None, int]]:
    return [(compared.environments, compared.version, len(compared.files)) for compared in found.compared]


def put(world: World, tag: str, *files: tuple[str, bytes], layer_type: str = LAYER_TYPE) -> Manifest:
    """An image of somebody else's under a tag of `app`."""
    layer = gzip.compress(archived([(path, 0o644, content) for path, content in files]))
    target = world.open().repository("app")
    manifest = target.fetch_manifest("1.0.0")
    assert manifest
    target.push_blob(layer)
    document = json.loads(manifest.content)
    document["layers"] = [{"mediaType": layer_type, "digest": digest_of(layer), "size": len(layer)}]
    pushed = Manifest(json.dumps(document).encode(), manifest.media_type)
    target.push_manifest(pushed, tag)
    return pushed


def test_each_image_that_a_phase_has_is_compared(either: World) -> None:
    settle(either)
    before = either.place.writes()
    found = compare(either, "at", "2.0.0-rc.1")
    assert shapes(found) == [(("at_ring1", "at_ring2"), "1.1.0", 1)]
    assert (found.version, found.digest) == ("2.0.0-rc.1", either.published["app"]["2.0.0-rc.1"])
    put(either, "at_ring2", ("x.yaml", b"app: 1\n"), ("old.yaml", b"old\n"))
    assert shapes(compare(either, "at", "2.0.0-rc.1")) == [
        (("at_ring1",), "1.1.0", 1),
        (("at_ring2",), None, 2),
    ]
    assert before != either.place.writes()  # by `put`
    before = either.place.writes()
    compare(either, "at_ring2")
    assert either.place.writes() == before


def test_the_newest_stable_release_by_default(world: World) -> None:
    settle(world)
    found = compare(world, "prod")
    assert found.version == "1.1.0"
    assert shapes(found) == [(("prod_ring1",), "1.0.0", 1)]
    assert "".join(f"{line}\n" for file in found.compared[0].files for line in file.lines) == CHANGED


def test_what_is_there_already_is_no_difference(world: World) -> None:
    settle(world)
    assert compare(world, "at_ring1").compared == [
        Compared(("at_ring1",), "1.1.0", world.published["app"]["1.1.0"], [])
    ]


def test_a_version_that_is_there_under_another_name_has_the_desired_one(world: World) -> None:
    settle(world)
    target = world.open().repository("app")
    manifest = target.fetch_manifest("1.0.0")
    assert manifest
    target.push_manifest(manifest, "9.0.0")  # the highest
    assert shapes(compare(world, "prod")) == [(("prod_ring1",), "1.0.0", 1)]


def test_what_nothing_is_deployed_of_is_all_added(world: World) -> None:
    found = compare(world, "at")
    assert shapes(found) == [(("at_ring1", "at_ring2"), None, 1)]
    assert found.compared[0].digest is None
    done = run(world, "app", "at")
    assert done.code == 0
    assert done.out == "app in at_ring1, at_ring2: nothing -> 1.1.0\n" + ADDED


def test_what_it_shows(world: World) -> None:
    settle(world)
    put(world, "at_ring2", ("x.yaml", b"app: 1\n# 1.0.0\n# 1.1.0\n"))
    digest = world.tags()["app"]["at_ring2"]
    done = run(world, "app", "at")
    assert done.code == 0
    assert done.out == (
        "app in at_ring1: 1.1.0 -> 1.1.0, which is there\n"
        f"app in at_ring2: {digest} -> 1.1.0, without a difference in any file\n"
    )
    done = run(world, "app", "prod")
    assert done.out == "app in prod_ring1: 1.0.0 -> 1.1.0\n" + CHANGED
    coloured = run(world, "app", "prod", FORCE_COLOR="1", TERM="xterm-256color").out
    assert "\x1b[32m+# 1.1.0\x1b[0m" in coloured
    assert "\x1b[36m@@ -1,2 +1,3 @@\x1b[0m" in coloured
    assert "\x1b[1m--- a/x.yaml\x1b[0m" in coloured


def test_the_document(world: World) -> None:
    settle(world)
    put(world, "at_ring1", ("x.yaml", b"app: 1\n# 1.0.0\n"), ("gone.bin", b"\0"))
    tags = world.tags()["app"]
    done = run(world, "app", "at", "--json")
    assert (done.code, done.err) == (0, "")
    assert done.result == {
        "artifact": "app",
        "version": "1.1.0",
        "digest": tags["1.1.0"],
        "compared": [
            {
                "environments": ["at_ring1"],
                "version": None,
                "digest": tags["at_ring1"],
                "other_modes": False,
                "files": [
                    {
                        "path": "gone.bin",
                        "change": "removed",
                        "binary": True,
                        "diff": "diff --git a/gone.bin b/gone.bin\ndeleted file mode 100644\n"
                        "Binary files a/gone.bin and /dev/null differ\n",
                    },
                    {"path": "x.yaml", "change": "changed", "binary": False, "diff": CHANGED},
                ],
            },
            {
                "environments": ["at_ring2"],
                "version": "1.1.0",
                "digest": tags["1.1.0"],
                "other_modes": False,
                "files": [],
            },
        ],
    }


HOSTILE = (
    ("::error::x", b"::error::1\n"),
    ("x\n::error::x", b"##[error]2\n"),
    ("\x1b[31mred", b"\x1b]0;title\x07\n"),
    ("a|b`c", b"${{ github.token }}\n[bold]x[/bold] :smile:\n"),
)


def test_nothing_in_an_image_is_obeyed(world: World, tmp_path: Any) -> None:
    settle(world)
    put(world, "prod_ring1", *HOSTILE)
    actions = in_actions(tmp_path / "actions", "workflow_dispatch", {})
    done = run(world, "app", "prod", **actions.env)
    assert done.code == 0
    assert commands(done.said) == []
    assert "\x1b" not in done.said
    assert r"-\x1b]0;title\x07" in done.out
    assert "-[bold]x[/bold] :smile:" in done.out
    one_table(actions.summary.read_text(), rows=5)
    assert json.loads(run(world, "app", "prod", "--json").out)["compared"][0]["files"]


def test_an_image_that_is_none_of_an_artifact(world: World) -> None:
    settle(world)
    docker = put(world, "prod_ring1", layer_type="application/vnd.docker.image.rootfs.diff.tar.gzip")
    done = run(world, "app", "prod")
    assert done.code == 1
    assert f"error: {docker.digest} cannot be shown: its layer is of the type" in done.err


def test_it_asks_for_each_thing_once(world: World) -> None:
    settle(world)
    counting = Faulty(world.open(), number=0, fault=lambda: None)
    compare(world, "at", "2.0.0-rc.1", registry=counting)
    manifests = ["fetch_manifest"] * 3  # of the version and of two environments
    assert sorted(counting.calls) == sorted(
        f"app {call}" for call in ("tags", *manifests, "resolve", "fetch_blob", "fetch_blob")
    )


def test_a_registry_that_does_not_answer(world: World) -> None:
    settle(world)
    for number in range(1, 8):
        faulty = Faulty(world.open(), number, refuse(RegistryUnreachableError))
        with pytest.raises(RegistryUnreachableError):
            compare(world, "at", "2.0.0-rc.1", registry=faulty)
    done = run(world, "app", "at", INVOKE_FLUX_REGISTRY="oci://127.0.0.1:9/x")
    assert (done.code, done.out) == (1, "")
