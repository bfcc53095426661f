"""What is asked of cosign, and what is made of its answers; tests/actions has the real one sign."""

import json
import os
import sys
from pathlib import Path

import pytest

from flux import cosign
from flux.cosign import Cosign, Signers, find_cosign
from flux.errors import RequestError, SigningError

REFERENCE = "ghcr.io/o/app@sha256:" + "a" * 64
SIGNERS = Signers("https://token.actions.githubusercontent.com", "^https://github.com/o/.+$")


class Script:
    """A `cosign` that writes down what it is asked, says something, and ends as it is told."""

    def __init__(self, folder: Path) -> None:
        self.program = folder / "cosign"
        self._asked = folder / "asked"

    def answer(self, code: int, said: str = "", seconds: float = 0) -> Cosign:
        self.program.write_text(
            f"#!{sys.executable}\n"
            "import json, pathlib, sys, time\n"
            f"pathlib.Path({str(self._asked)!r}).write_text(json.dumps([sys.argv[1:], sys.stdin.read()]))\n"
            f"time.sleep({seconds})\n"
            f"sys.stderr.buffer.write({said.encode()!r})\n"
            f"raise SystemExit({code})\n"
        )
        self.program.chmod(0o755)
        return Cosign(str(self.program))

    @property
    def asked(self) -> list[str]:
        arguments, given = json.loads(self._asked.read_text())
        assert given == "", "nothing to read, so that it asks nobody"
        return list(arguments)


@pytest.fixture
def script(tmp_path: Path) -> Script:
    return Script(tmp_path)


@pytest.mark.parametrize(("code", "signed"), [(0, True), (1, False), (12, False)])
def test_whether_an_image_is_signed(script: Script, code: int, signed: bool) -> None:
    assert script.answer(code).is_signed(REFERENCE, SIGNERS) == signed
    assert script.asked == [
        "verify",
        f"--certificate-identity-regexp={SIGNERS.identity}",
        f"--certificate-oidc-issuer={SIGNERS.issuer}",
        REFERENCE,
    ]


def test_what_a_signature_says(script: Script) -> None:
    said = {"artifact": "eso", "version": "1.0.0"}
    flags = ["--annotations=artifact=eso", "--annotations=version=1.0.0"]
    assert script.answer(0).fault(REFERENCE, SIGNERS, said) is None
    assert script.asked[3:] == [*flags, REFERENCE]
    script.answer(0).sign(REFERENCE, said)
    assert script.asked == ["sign", "--yes", *flags, REFERENCE]


def test_what_a_registry_says_is_one_short_line(script: Script) -> None:
    fault = script.answer(1, f"Error: no\x1b[31m{'x' * 900}\n").fault(REFERENCE, SIGNERS)
    assert fault is not None
    assert fault.startswith("no?[31mx")
    assert len(fault) == 501


def test_signing(script: Script) -> None:
    script.answer(0).sign(REFERENCE)
    assert script.asked == ["sign", "--yes", REFERENCE]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("", "exit code 3"),
        ("WARNING: x\n", "exit code 3"),
        ("Error: first\nError: the last one\nmain.go: x\n", "the last one"),
    ],
)
def test_what_is_not_signed_says_why(script: Script, said: str, reason: str) -> None:
    with pytest.raises(SigningError) as caught:
        script.answer(3, said).sign(REFERENCE)
    assert caught.value.message == f"cosign did not sign: {reason}"
    assert caught.value.hint == "run the job again: it signs what is left"


def test_cosign_that_does_not_answer(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cosign, "_SECONDS", 0.5)
    slow = script.answer(0, seconds=30)
    assert not slow.is_signed(REFERENCE, SIGNERS)
    with pytest.raises(SigningError, match="no answer within"):
        slow.sign(REFERENCE)


def test_the_one_on_path(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    script.answer(0)
    monkeypatch.setenv("PATH", str(script.program.parent))
    assert find_cosign() == Cosign(str(script.program))
    monkeypatch.setenv("PATH", os.devnull)
    with pytest.raises(RequestError, match="cosign is not on PATH"):
        find_cosign()
