"""The commands that people type. Each task parses, calls one use case and reports.

A task imports heavy modules in its body, so `inv --list` is as fast as Invoke.
"""

from invoke.collection import Collection
from invoke.program import Program

import flux.tasks.search_path  # noqa: F401 (first: it decides what the other imports find)
from flux.tasks.adoption import init
from flux.tasks.artifacts import build, changed, check, list_
from flux.tasks.board import board
from flux.tasks.environments import log, reconcile, status, tag_
from flux.tasks.invoked import improve
from flux.tasks.issues import apply, open_, sync
from flux.tasks.look import open_place
from flux.tasks.machine import demo, doctor, down, up
from flux.tasks.progress import ack, cluster_manifests, freeze, rules, unfreeze
from flux.tasks.promotions import diff, promote, rollback
from flux.tasks.releases import promotions, publish, release, sign
from flux.tasks.requests import check_request

ns = Collection(
    *(list_, changed, check, build, release, publish, tag_, status, diff, promote, rollback),
    *(log, board, open_place, reconcile, rules, freeze, unfreeze, ack, init, doctor, demo),
)
ns.add_collection(Collection("issue", open_, apply, sync))
ns.add_collection(Collection("request", check_request))
ns.add_collection(Collection("sign", sign, promotions))
ns.add_collection(Collection("registry", up, down))
ns.add_collection(Collection("cluster", cluster_manifests))

improve(Program)
