"""What docs/how-to/verify-signatures.md tells clusters to accept is who signs here."""

import re
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
import yaml

from flux.event import TERMINAL
from flux.git.clone import Clone
from flux.monorepo.signers import SigningWorkflows, find_signers
from tests.monorepos import monorepo_of

DOCS = (Path(__file__).parents[2] / "docs/how-to/verify-signatures.md").read_text()
BLOCKS = re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL)


def identity(workflows: SigningWorkflows) -> tuple[str, str]:
    event = replace(TERMINAL, actions=True, repository="octo/monorepo")
    found = find_signers(monorepo_of(cast(Clone, None), None, event), workflows)
    return found.issuer, found.identity


@pytest.mark.parametrize(
    ("start", "workflows"), [("# at:", SigningWorkflows.BUILD), ("# tt, prod:", SigningWorkflows.PROMOTE)]
)
def test_each_phase(start: str, workflows: SigningWorkflows) -> None:
    (block,) = [block for block in BLOCKS if block.startswith(start)]
    (accepted,) = yaml.safe_load(block)["verify"]["matchOIDCIdentity"]
    issuer, subject = identity(workflows)
    assert (accepted["issuer"], accepted["subject"]) == (f"^{re.escape(issuer)}$", subject)


def test_cosign_and_kyverno() -> None:
    issuer, subject = identity(SigningWorkflows.BUILD)
    assert f"--certificate-identity-regexp '{subject}'" in DOCS
    assert f"--certificate-oidc-issuer {issuer} " in DOCS
    (policy,) = [yaml.safe_load(block) for block in BLOCKS if "kyverno" in block]
    (attestor,) = policy["spec"]["attestors"]
    assert attestor["cosign"]["keyless"]["identities"] == [{"issuer": issuer, "subjectRegExp": subject}]
    said = " ".join(each["expression"] for each in policy["spec"]["validations"])
    assert set(re.findall(r"attestations\.(\w+)", said)) == {
        each["name"] for each in policy["spec"]["attestations"]
    }
    (part,) = re.findall(r"annotations\.artifact == object\.spec\.url\.split\('/'\)\[(\d)\]", said)
    (source,) = [yaml.safe_load(block) for block in BLOCKS if "kind: OCIRepository" in block]
    assert source["spec"]["url"].split("/")[int(part)] == source["metadata"]["name"]
