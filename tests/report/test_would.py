"""A dry run says what it would do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.report.would import conditional


@pytest.mark.parametrize(
    ("done", "would"),
    [
        ("app: pushed 0123456789ab, latest", "app: would push 0123456789ab, latest"),
        ("flux-oci-app-v1.0.0: pushed", "flux-oci-app-v1.0.0: would push"),
        ("flux-oci-app-v1.0.0: opened issue 0", "flux-oci-app-v1.0.0: would open a new issue"),
        ("app:at_ring1: move to 1.0.0", "app:at_ring1: would move to 1.0.0"),
        ("issue 3: restored its marker", "issue 3: would restore its marker"),
        ("issue 3: opened promote/app-1.0.0", "issue 3: would open promote/app-1.0.0"),
        ("app 1.0.0: closed its issue", "app 1.0.0: would close its issue"),
        ("app 1.0.0: alice's tick of prod", "app 1.0.0: would be done: alice's tick of prod"),
        ("opened pull request 0", "would open a new pull request"),
        ("issue 10: updated x", "issue 10: would update x"),
    ],
)
def test_what_would_be_done(done: str, would: str) -> None:
    assert conditional(done) == would


@given(st.text())
def test_anything_is_only_what_would_be(done: str) -> None:
    assert "would " in conditional(done)
