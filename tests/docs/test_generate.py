"""What `python -m docs.generate` writes into the pages; test_examples.py says whether one is stale."""

from dataclasses import fields
from pathlib import Path

import pytest

from docs import oidc
from docs.generate import PARTS, WORKFLOWS, filled, pages
from flux.settings import Settings
from flux.tasks import ns

ROOT = Path(__file__).parents[2]


def test_each_part_is_on_a_page() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in pages())
    assert [name for name in PARTS if f"<!-- generated: {name} -->" not in text] == []


def test_a_part_that_is_unknown_is_an_error() -> None:
    with pytest.raises(KeyError):
        filled("<!-- generated: nothing -->\n<!-- end of nothing -->")


def test_what_is_written_by_hand_stays() -> None:
    page = "before\n<!-- generated: settings -->\nof yesterday\n<!-- end of settings -->\nafter\n"
    before, _, rest = filled(page).partition("<!-- generated: settings -->\n")
    part, _, after = rest.partition("<!-- end of settings -->")
    assert (before, after) == ("before\n", "\nafter\n")
    assert "of yesterday" not in part


def test_every_command_has_its_section_and_every_option_its_row() -> None:
    text = PARTS["commands"]()
    for name in ns.task_names:
        command = ns[name]
        section = text.partition(f"## inv {command.typed}\n")[2].partition("\n## ")[0]
        assert command.summary in section
        assert f"inv {command.usage}\n" in section
        for words, meaning in command.help_rows():
            assert f"| `{words}` | {meaning} |" in section


def test_every_setting_has_its_row() -> None:
    written = [line.split("`")[1] for line in PARTS["settings"]().splitlines()[2:]]
    assert sorted(written) == sorted({field.name for field in fields(Settings)} - {"named"})


def test_every_workflow_that_is_used_elsewhere_has_its_section() -> None:
    text = PARTS["workflows"]()
    ours = {"ci.yml", "docs.yml", "package.yml", *(path.name for path in oidc.files())}
    files = {path.name for path in (ROOT / ".github/workflows").glob("*.yml")}
    assert files - ours == set(WORKFLOWS)
    for name in WORKFLOWS:
        assert f"### {name}\n" in text


def test_every_permission_has_its_reason() -> None:
    text = PARTS["workflows"]()
    for name in WORKFLOWS:
        section = text.partition(f"### {name}\n")[2].partition("\n### ")[0]
        source = (ROOT / ".github/workflows" / name).read_text().partition("\njobs:\n")[2]
        rights = [
            line.split("#")[0].strip() for line in source.splitlines() if "write" in line or ": read" in line
        ]
        for right in rights:
            if right.endswith((": read", ": write")):
                assert f"`{right}`" in section
