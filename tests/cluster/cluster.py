"""A Kubernetes API server on loopback, with the source-controller and the kustomize-controller of Flux.

There is no node and no pod. The controllers fetch real images and apply real objects. A server of ours takes
their events, in the place of notification-controller, which does not build as a Go module.
"""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.cluster.recipes import API_SERVER, KUSTOMIZE_CONTROLLER, SOURCE_CONTROLLER
from tests.parts import built, etcd, free_port, kubectl
from tests.servers import Answer, Request, Server, serve

Found = TypeVar("Found")

NAMESPACE = "flux-system"
_TOKEN = "of-the-tests"
_PATIENCE = 180
"""Seconds that something may take to start, or to happen."""

_CONTROLLER = {"RUNTIME_NAMESPACE": NAMESPACE}


@dataclass(frozen=True)
class Cluster:
    """A cluster that runs."""

    kubeconfig: Path
    _receiver: Server

    def kubectl(self, *arguments: str, typed: object = None) -> str:
        """What kubectl prints; `typed` is sent to it as JSON. Raises CalledProcessError."""
        command = [kubectl(), f"--kubeconfig={self.kubeconfig}", f"--namespace={NAMESPACE}", *arguments]
        given = None if typed is None else json.dumps(typed)
        return subprocess.run(command, input=given, check=True, capture_output=True, text=True).stdout

    def apply(self, *documents: Mapping[str, Any]) -> None:
        """Create or change objects."""
        everything = {"apiVersion": "v1", "kind": "List", "items": list(documents)}
        self.kubectl("apply", "--server-side", "--filename=-", typed=everything)

    def find(self, kind: str, name: str) -> dict[str, Any]:
        """An object, or nothing where there is none."""
        found = self.kubectl("get", kind, name, "--ignore-not-found", "--output=json")
        return dict(json.loads(found)) if found else {}

    def reconcile(self, kind: str, name: str) -> None:
        """Have a controller look at once, as `flux reconcile` does."""
        now = f"reconcile.fluxcd.io/requestedAt={time.time_ns()}"
        self.kubectl("annotate", "--overwrite", kind, name, now)

    @property
    def events(self) -> list[dict[str, Any]]:
        """What the controllers have told, oldest first."""
        return [json.loads(request.body) for request in self._receiver.requests]

    def told(self, kind: str, reason: str, revision: str) -> dict[str, Any]:
        """Wait for an event about this kind of object with this reason and revision; give the newest."""

        def newest() -> dict[str, Any]:
            for event in reversed(self.events):
                told = {key.rpartition("/")[2]: value for key, value in event.get("metadata", {}).items()}
                about = (event["involvedObject"]["kind"], event["reason"], told.get("revision"))
                if about == (kind, reason, revision):
                    return dict(event)
            return {}

        return wait_for(newest, f"{reason} of {revision}")


def wait_for(look: Callable[[], Found], what: str) -> Found:
    """What `look` finds, once that is something."""
    deadline = time.monotonic() + _PATIENCE
    while not (found := look()):
        assert time.monotonic() < deadline, f"no {what} after {_PATIENCE} s"
        time.sleep(0.1)
    return found


@contextmanager
def run_cluster(folder: Path) -> Iterator[Cluster]:
    """A cluster of its own, until the block ends."""
    folder.mkdir(parents=True)
    with ExitStack() as stack:
        server = stack.enter_context(_run_api_server(folder))
        receiver = stack.enter_context(serve(_accept))
        kubeconfig = folder / "kubeconfig"
        kubeconfig.write_text(json.dumps(_kubeconfig(server)))
        cluster = Cluster(kubeconfig, receiver)
        wait_for(lambda: _is_ready(cluster), "API server")
        for recipe in (SOURCE_CONTROLLER, KUSTOMIZE_CONTROLLER):
            definitions = Path(built(recipe)).parent / "definitions"
            cluster.kubectl("apply", "--server-side", f"--filename={definitions}")
        cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
        storage = f"127.0.0.1:{free_port()}"
        (folder / "storage").mkdir()
        stored = (
            f"--storage-path={folder / 'storage'}",
            f"--storage-addr={storage}",
            f"--storage-adv-addr={storage}",
        )
        for program, flags in ((built(SOURCE_CONTROLLER), stored), (built(KUSTOMIZE_CONTROLLER), ())):
            addresses = (
                f"--health-addr=127.0.0.1:{free_port()}",
                f"--metrics-addr=127.0.0.1:{free_port()}",
                f"--events-addr=http://{receiver.host}/",
            )
            environment = {**_CONTROLLER, "KUBECONFIG": str(kubeconfig)}
            stack.enter_context(_running([program, *addresses, *flags], folder, environment))
        yield cluster


@contextmanager
def _run_api_server(folder: Path) -> Iterator[str]:
    clients, peers = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    port = free_port()
    store = [
        etcd(),
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={clients}",
        f"--advertise-client-urls={clients}",
        f"--listen-peer-urls={peers}",
        f"--initial-advertise-peer-urls={peers}",
        f"--initial-cluster=default={peers}",
        "--unsafe-no-fsync",
    ]
    key = folder / "accounts.key"
    key.write_bytes(
        rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    (folder / "tokens.csv").write_text(f"{_TOKEN},tests,1,system:masters\n")
    server = [
        built(API_SERVER),
        f"--etcd-servers={clients}",
        "--bind-address=127.0.0.1",
        f"--secure-port={port}",
        f"--cert-dir={folder / 'certificates'}",
        f"--token-auth-file={folder / 'tokens.csv'}",
        "--authorization-mode=RBAC",
        "--disable-admission-plugins=ServiceAccount",
        "--service-account-issuer=https://127.0.0.1",
        f"--service-account-key-file={key}",
        f"--service-account-signing-key-file={key}",
        "--service-cluster-ip-range=10.0.0.0/24",
    ]
    with _running(store, folder, {}), _running(server, folder, {}):
        yield f"https://127.0.0.1:{port}"


def _kubeconfig(server: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "tests", "cluster": {"server": server, "insecure-skip-tls-verify": True}}],
        "users": [{"name": "tests", "user": {"token": _TOKEN}}],
        "contexts": [{"name": "tests", "context": {"cluster": "tests", "user": "tests"}}],
        "current-context": "tests",
    }


def _accept(request: Request) -> Answer:
    return Answer(202)


def _is_ready(cluster: Cluster) -> bool:
    try:
        return cluster.kubectl("get", "--raw=/readyz") == "ok"
    except subprocess.CalledProcessError:
        return False


@contextmanager
def _running(command: list[str], folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    log = folder / f"{Path(command[0]).name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, **environment})
    try:
        yield
        assert process.poll() is None, f"{command[0]} ended:\n{log.read_text()}"
    finally:
        process.terminate()
        process.wait()
