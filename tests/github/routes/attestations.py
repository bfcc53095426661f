"""What was attested of which digest."""

import base64
import json

from tests.github import access
from tests.github.call import Call, route
from tests.github.wire import JSON, Reply, missing

_PREDICATES = {"provenance": "https://slsa.dev/provenance/v1"}


@route(
    "GET /repos/{owner}/{repo}/attestations/{subject_digest}",
    access.reads("attestations"),
    asks="predicate_type",
)
def list_attestations(call: Call) -> Reply:
    kind = call.query.get("predicate_type")
    found = [
        bundle
        for bundle in call.repo.attestations
        for statement in [_statement(bundle)]
        if call["subject_digest"] in [f"sha256:{s['digest']['sha256']}" for s in statement["subject"]]
        if kind in (None, statement["predicateType"]) or _PREDICATES.get(kind) == statement["predicateType"]
    ]
    if not found:
        raise missing()
    page = call.page(found, lambda bundle: {"bundle": bundle, "repository_id": call.repo.id})
    return Reply(200, {"attestations": page.body}, page.headers)


@route("POST /repos/{owner}/{repo}/attestations", access.writes("attestations"), takes="bundle")
def create_attestation(call: Call) -> Reply:
    call.repo.attestations.append(call.body["bundle"])
    return Reply(201, {"id": call.world.next_id()})


def _statement(bundle: JSON) -> JSON:
    statement: JSON = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"]))
    return statement
