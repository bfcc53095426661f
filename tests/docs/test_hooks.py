"""Links of a page that lead out of docs/ lead to the repository on the site."""

import pytest

from docs.hooks import with_links_outside

URL = "https://git.example.com/o/r"


@pytest.mark.parametrize(
    ("page", "link", "written"),
    [
        ("how-to/upgrade.md", "](../../CHANGELOG.md)", f"]({URL}/blob/main/CHANGELOG.md)"),
        ("security.md", "](../SECURITY.md#reporting)", f"]({URL}/blob/main/SECURITY.md#reporting)"),
        ("how-to/adopt.md", "](../reference/settings.md)", "](../reference/settings.md)"),
        ("how-to/adopt.md", "](ghcr.md)", "](ghcr.md)"),
        ("how-to/adopt.md", "](https://example.com/../x)", "](https://example.com/../x)"),
    ],
)
def test_a_link(page: str, link: str, written: str) -> None:
    assert with_links_outside(f"see [it{link}.", page, f"{URL}/") == f"see [it{written}."
