"""Where the files of an artifact are, and which of them are published."""

from flux.artifact.folder import Folder, SourceEntry
from flux.artifact.ignore import excludes
from flux.artifact.prepare import Prepare
from flux.artifact.tree import REGULAR, File
from flux.monorepo.commit_artifact import Source


def source(entry: SourceEntry, made: dict[str, bytes] | None = None) -> Source:
    files = [File(path, REGULAR, "0" * 40) for path in ("a.yaml", "logo.png")]
    return Source("app", files, {}, Folder("app", "artifacts/app", entry), excludes(()), made)


def test_a_folder_is_published_as_it_is() -> None:
    plain = source(SourceEntry("artifacts/*"))
    assert not plain.has_step
    assert plain.join("a.yaml") == "artifacts/app/a.yaml"
    assert [file.path for file in plain.kept] == ["a.yaml"]


def test_what_a_step_makes_is_below_its_output() -> None:
    stepped = SourceEntry("artifacts/*", prepare=Prepare("make", "rendered/{name}"))
    assert source(stepped).has_step
    assert not source(stepped, made={"a.yaml": b""}).has_step
    assert source(stepped).join("a.yaml") == "rendered/app/a.yaml"
