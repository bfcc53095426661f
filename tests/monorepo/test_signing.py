"""Only accepted images are signed, a few at once. `tests/actions/test_sign.py` has how cosign signs."""

import os
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from flux.errors import FluxError
from flux.event import TERMINAL
from flux.git.clone import Clone
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.signers import find_signers
from flux.monorepo.signing import SignAction, Subject, in_our_repository, sign_all
from flux.settings import Settings
from tests.commands.invoking import crowded, monorepo
from tests.commands.sign.test_sign import DIGEST, stub
from tests.monorepos import monorepo_of, opened

# Nothing of git is asked.
NO_CLONE = cast(Clone, None)


@pytest.mark.stories
def test_more_may_be_signed_than_processes_run_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each process of the real one takes 100 MiB."""
    running = crowded(tmp_path / "bin/cosign", 0.2, '[ "$1" = sign ]')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    many = [
        Subject(f"ghcr.io/octo/monorepo/app{n}@sha256:{n:064}", {"artifact": f"app{n}"}) for n in range(30)
    ]
    event = replace(TERMINAL, actions=True, repository="octo/monorepo")
    repo = monorepo(tmp_path / "repo", {"artifacts/app1/x.yaml": "x: 1\n"})
    with opened(repo, Settings(jobs=16), event) as context:
        signed = sign_all(context, many, find_signers(context), in_our_repository)
    assert {signature.action for signature in signed.signatures} == {"signed"}
    assert len(running()) == 60, "each was verified and signed"
    assert 1 < max(running()) <= 8


def test_another_check_can_be_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it refuses is not signed, and not even asked of cosign."""
    stub(tmp_path / "bin/cosign", "exit 3")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    subject = Subject(f"ghcr.io/octo/monorepo/eso@{DIGEST}", {"artifact": "eso", "version": "1.0.0"})
    event = replace(TERMINAL, actions=True, repository="octo/monorepo")
    refusal = FluxError("not what git builds")
    asked = []

    def accept(monorepo: Monorepo, subject: Subject) -> FluxError:
        asked.append(subject)
        return refusal

    context = monorepo_of(NO_CLONE, Settings(), event)
    signed = sign_all(context, [subject], find_signers(context), accept)
    (signature,) = signed.failed
    assert (signature.action, signature.error) == (SignAction.REFUSED, refusal)
    assert asked == [subject]
