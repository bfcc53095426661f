"""The label of promotion issues, as workflows and scripts have it today."""

import pytest

from flux.adoption.clues import Clues
from flux.adoption.issues import find_label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("if: contains(github.event.issue.labels.*.name, 'flux-release')", "flux-release"),
        ("gh issue create --title x \\\n  --label promotion --body y", "promotion"),
        ("gh issue create -l 'promotion'", "promotion"),
        ("gh issue create --label 'flux release' --title x", "flux release"),
        ("gh issue create --label flux,release --title x", "flux"),
        ('gh issue create --label "flux release,more"', "flux release"),
        ("contains(github.event.issue.labels.*.name, 'needs promotion')", "needs promotion"),
        ("gh issue create --label $LABEL --title 'x'", ""),
        ("github.rest.issues.create({\n  owner,\n  labels: ['deploy'],\n})", "deploy"),
        ("gh pr create --label x", ""),
        ("gh issue list --label x", ""),
    ],
)
def test_the_label(text: str, label: str) -> None:
    found = [one.value for one in find_label(Clues([], {".github/workflows/x.yml": text}))]
    assert found == ([label] if label else [])
