"""A table fits, breaks no word and leaves nothing out."""

from hypothesis import given
from hypothesis import strategies as st

from flux.report.tables import GAP, filled, fitted, styled
from flux.report.text import Styled

_CELLS = st.lists(st.text("abc-/.:", max_size=40), max_size=6).map(" ".join)


@st.composite
def _tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    columns = draw(st.integers(1, 9))
    row = st.lists(_CELLS, min_size=columns, max_size=columns)
    return draw(row), draw(st.lists(row, max_size=5))


@given(_tables(), st.integers(20, 160))
def test_no_word_is_broken_and_none_is_lost(table: tuple[list[str], list[list[str]]], width: int) -> None:
    header, rows = table
    laid = fitted(header, rows, width)
    longest = max((len(word) for row in [header, *rows] for cell in row for word in cell.split()), default=0)
    assert len(laid) == 1 + len(rows)
    for row, (lines, below) in zip(rows, laid[1:], strict=True):
        shown = [*(GAP.join(line) for line in lines), *below]
        words = [word for line in shown for word in line.split()]
        beside = len(lines[0]) if lines else 0
        told = [word for name in header[beside:] for word in f"{name}:".split()]
        for word in (word for cell in row for word in cell.split()):
            assert word in words
        assert len(words) <= sum(len(cell.split()) for cell in row) + len(told)
        for line in shown:
            assert len(line.rstrip()) <= max(width, longest + len("  :"))


def test_what_does_not_fit_is_told_below() -> None:
    header = ("Merged", "Artifact", "Environment", "To", "", "Asked by")
    name = "opentelemetry-collector-operator"
    rows = [
        ("2026-11-30 03:45", name, "prod_ring1", "1.3.0", "up", "alice, bob"),
        ("x", name, "at", "", "", ""),
    ]
    laid = fitted(header, rows, 76)
    assert [GAP.join(line).rstrip() for line in laid[1][0]] == [
        f"2026-11-30 03:45   {name}   prod_ring1    1.3.0"
    ]
    assert laid[1][1] == ["  up   Asked by: alice, bob"]
    assert laid[2][1] == []
    assert [len(lines[0]) for lines, _ in fitted(header, rows, 160)] == [6, 6, 6]


def test_a_long_text_goes_on_in_the_next_line() -> None:
    ((_, _), (lines, below)) = fitted(("Promotion", "What"), [("eso 1.0.0", "opened " * 12)], 60)
    assert ([line[0].strip() for line in lines], below) == (["eso 1.0.0", ""], [])


def test_a_column_with_nothing_in_it_is_not_filled() -> None:
    assert filled([("a", "", Styled("", "dim"), "b"), ("", "", "", "")]) == [0, 3]
    assert filled([]) == []


def test_cells_keep_their_style() -> None:
    parts = list(styled(("A", "Nothing", "B"), [(Styled("x", "green"), "", "y")], 80, "-"))
    assert Styled("x", "green") in parts
    assert "".join(p.text if isinstance(p, Styled) else p for p in parts) == "A   B\n-----\nx   y"
