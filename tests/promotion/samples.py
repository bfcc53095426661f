"""Phases, and bodies of issues as people leave them, for the tests of promotion."""

import re

from hypothesis import strategies as st

from flux.promotion.proposal import Promotion
from flux.promotion.texts.issue import News, issue_body

MARKER = Promotion("eso", "1.1.0")
URL = "https://github.com/octo/monorepo/releases/tag/flux-oci-eso-v1.1.0"
NEWS = News(
    URL,
    "1.0.0",
    "https://github.com/octo/monorepo/compare/flux-oci-eso-v1.0.0...flux-oci-eso-v1.1.0",
    ["- external-secrets: `0.9.1` → `1.0.0` ⚠️ **major**", "- ghcr.io/external-secrets: `v0.9.1` → `v0.9.2`"],
    f"sha256:{'0' * 64}",
)

PHASES = {
    "at": ("at_ring1", "at_ring2"),
    "tt": ("tt_ring1", "tt_ring2"),
    "prod": ("prod_ring1", "prod_ring2"),
}
"""As in this repository's own settings."""

CURRENT = {"at_ring1": "1.0.0", "tt_ring1": "0.9.0-rc.1", "prod_ring1": "2.0.0"}

_NAMES = ["at", "at_ring1", "_x_", "__y__", "P-1", "p-1", "a.b.", "e-", "1a", "_", "a--b", "x" * 128]


@st.composite
def phases(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """Names that are apart, as settings see to; some phases are themselves the one environment."""
    names = iter(draw(st.permutations(_NAMES)))
    sizes = draw(st.lists(st.sampled_from([0, 1, 2, 3, 3]), min_size=1, max_size=3))
    return {
        phase: tuple(next(names) for _ in range(size)) or (phase,)
        for phase, size in zip(names, sizes, strict=False)
    }


_MARK = re.compile(r"(?<=- \[)[ xX](?=\] )")
_PROSE = [
    "",
    "Looks good to me.",
    "- qa, please",
    "> - [x] quoted",
    "```",
    "- [x] `nowhere`",
    "  - [ ] **qa** 1",
]


@st.composite
def bodies(draw: st.DrawFn, phases: dict[str, tuple[str, ...]], whole: bool = False) -> str:
    """Our own body with any boxes ticked; unless `whole`, people have put lines in and taken some out."""
    lines = []
    for line in issue_body(MARKER, NEWS, phases, CURRENT).splitlines():
        if not whole and draw(st.sampled_from([False] * 9 + [True])):
            lines.append(draw(st.sampled_from(_PROSE)))
        if whole or draw(st.sampled_from([True] * 9 + [False])):
            lines.append(_MARK.sub(draw(st.sampled_from("  xX")), line))
    return draw(st.sampled_from(["\n", "\r\n"])).join(lines)
