"""What files and branches say of themselves as a kind of forge."""

from pathlib import Path

from flux.forge.local.document import Document
from flux.forge.local.folder import FORGE_FOLDER, STATUSES, ForgeFolder
from flux.forge.local.kind import LocalKind
from flux.forge.place import ForgeClues, Place


def test_it_is_where_the_clone_is() -> None:
    kind = LocalKind()
    place = kind.find(ForgeClues("https://github.com/o/n"))
    assert place == Place("local")
    assert place.host == ""
    assert kind.account(place, "Test <test@example.com>") == "files in .forge, as Test <test@example.com>"


def test_a_status_in_its_folder_is_a_report(tmp_path: Path) -> None:
    kind = LocalKind()
    assert not kind.has_reports(tmp_path)
    ForgeFolder(tmp_path / FORGE_FOLDER).add(STATUSES, Document({}, ""))
    assert kind.has_reports(tmp_path)
