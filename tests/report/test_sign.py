"""What was signed, and what GitHub is still to attest."""

from pathlib import Path

import pytest

from flux.errors import FluxError
from flux.monorepo.signing import SignAction, Signature, Signing
from flux.report.sign import show_signing, show_unattested
from tests.report.showing import DIGEST, OTHER, Stage

SIGNED = Signature("app", f"ghcr.io/o/app@{DIGEST}", SignAction.SIGNED)
FAILED = Signature(
    "db", f"ghcr.io/o/db@{OTHER}", SignAction.FAILED, FluxError("cosign did not sign: no", "run it again")
)


def test_a_log(stage: Stage) -> None:
    shown = stage.log(lambda report: show_signing(report, Signing([SIGNED, FAILED])))
    assert [line.split() for line in shown.lines[2:]] == [
        ["app", "signed", SIGNED.reference],
        ["db", "failed", FAILED.reference],
    ]
    assert shown.err.splitlines() == ["error: db: cosign did not sign: no", "hint: run it again"]
    assert stage.log(lambda report: show_signing(report, Signing([]))).lines == ["No image to sign."]
    assert stage.log(lambda report: show_signing(report, Signing([], "it is off"))).lines == ["it is off"]


@pytest.mark.parametrize("signing", [Signing([SIGNED]), Signing([])])
def test_json_and_a_job(stage: Stage, signing: Signing) -> None:
    expected = [{"artifact": "app", "reference": SIGNED.reference, "action": "signed"}]
    shown = stage.json(lambda report: show_signing(report, signing)).document
    assert shown == {"signatures": expected if signing.signatures else [], "note": None}
    assert "### Signatures" in stage.job(lambda report: show_signing(report, signing)).summary


def test_the_file_is_as_sha256sum_writes_it(stage: Stage, tmp_path: Path) -> None:
    file = tmp_path / "unattested"
    references = [SIGNED.reference, FAILED.reference]
    shown = stage.job(lambda report: show_unattested(report, references, str(file)))
    assert file.read_text() == f"{'a' * 64}  ghcr.io/o/app\n{'b' * 64}  ghcr.io/o/db\n"
    assert shown.outputs == {"unattested": 2}
