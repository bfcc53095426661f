"""Pages link to web pages and local files only."""

import pytest

from flux.report.board.links import allowed_url, image_page


@pytest.mark.parametrize(
    ("url", "leads"),
    [
        ("https://example.com/x", True),
        ("http://example.com", True),
        ("file:///tmp/x", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("http://[", False),
        ("https://[::1]/x", True),
        ("", False),
        (None, False),
    ],
)
def test_where_a_link_may_lead(url: str | None, leads: bool) -> None:
    assert allowed_url(url) == (url if leads else "")


@pytest.mark.parametrize(
    ("image", "page"),
    [
        ("ghcr.io/o/r/eso", "https://ghcr.io/o/r/eso"),
        ("quay.io/o/eso", "https://quay.io/repository/o/eso"),
        ("docker.io/o/eso", "https://hub.docker.com/r/o/eso"),
        ("registry.example.com/o/eso", ""),
        ("ghcr.io", ""),
        (".registry/eso", ""),
    ],
)
def test_where_an_image_has_a_page(image: str, page: str) -> None:
    assert image_page(image) == page
