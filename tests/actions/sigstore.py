"""A Sigstore of the tests' own: certificates for the jobs of one GitHub, and the time that they signed at.

What it lacks of the public one are the logs (Rekor and certificate transparency), so cosign is told to do
without; all else is as it is there.
"""

import fcntl
import http.client
import json
import shlex
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import gettempdir

import yaml

from tests.conftest import need
from tests.parts import cosign, free_port, fulcio, timestamp_server

# https://github.com/sigstore/fulcio/blob/main/docs/oidc.md: who a job of GitHub Actions is.
_IDENTITY = "{{ .url }}/{{ .job_workflow_ref }}"
_SINCE = "start-time=2020-01-01T00:00:00Z"


@contextmanager
def run_sigstore(folder: Path, github: str) -> Iterator[Path]:
    """A folder with a `cosign` that signs with it and trusts it alone, until the block ends.

    `github` is the URL of the GitHub whose jobs it knows.
    """
    folder.mkdir(parents=True)
    issuer = f"{github}/_services/token"
    about = {"issuer-url": issuer, "client-id": "sigstore", "type": "ci-provider", "ci-provider": "github"}
    jobs = {
        "default-template-values": {"url": github},
        "extension-templates": {"build-signer-uri": _IDENTITY},
        "subject-alternative-name-template": _IDENTITY,
    }
    config = {"oidc-issuers": {issuer: about}, "ci-issuer-metadata": {"github": jobs}}
    (folder / "fulcio.yaml").write_text(yaml.safe_dump(config))
    authority, clock = free_port(), free_port()
    with _alone(), ExitStack() as stack:
        stack.enter_context(
            _running(
                [
                    need(fulcio),
                    "serve",
                    "--host=127.0.0.1",
                    f"--port={authority}",
                    "--grpc-host=127.0.0.1",
                    f"--grpc-port={free_port()}",
                    f"--metrics-port={free_port()}",
                    f"--legacy-unix-domain-socket=@fulcio-{authority}",
                    "--ca=ephemeralca",
                    "--ct-log-url=",
                    f"--config-path={folder / 'fulcio.yaml'}",
                ],
                folder / "fulcio.log",
            )
        )
        stack.enter_context(
            _running(
                [
                    need(timestamp_server),
                    "serve",
                    "--host=127.0.0.1",
                    f"--port={clock}",
                    "--timestamp-signer=memory",
                    "--disable-ntp-monitoring",
                ],
                folder / "clock.log",
            )
        )
        bundle = json.loads(_answer(authority, "/api/v2/trustBundle"))
        (folder / "authority.pem").write_text("".join(bundle["chains"][0]["certificates"]))
        (folder / "clock.pem").write_bytes(_answer(clock, "/api/v1/timestamp/certchain"))
        yield _cosign(folder, f"http://127.0.0.1:{authority}", f"http://127.0.0.1:{clock}")


def _cosign(folder: Path, authority: str, clock: str) -> Path:
    real, config, root = need(cosign), folder / "signing.json", folder / "trusted.json"
    service = f"api-version=1,{_SINCE},operator=tests"
    made = {
        config: [
            "signing-config",
            f"--fulcio=url={authority},{service}",
            f"--tsa=url={clock}/api/v1/timestamp,{service}",
            "--tsa-config=ANY",
        ],
        root: [
            "trusted-root",
            f"--fulcio=url={authority},certificate-chain={folder / 'authority.pem'}",
            f"--tsa=url={clock},certificate-chain={folder / 'clock.pem'}",
        ],
    }
    for path, (kind, *services) in made.items():
        subprocess.run([real, kind, "create", *services, f"--out={path}"], check=True, capture_output=True)
    flags = {
        "sign": [f"--signing-config={config}", f"--trusted-root={root}"],
        "verify": [
            f"--trusted-root={root}",
            "--use-signed-timestamps",
            "--insecure-ignore-tlog",
            "--insecure-ignore-sct",
        ],
    }
    cases = "".join(f'{command}) set -- {shlex.join(more)} "$@" ;;\n' for command, more in flags.items())
    script = f'#!/bin/sh\ncommand=$1\nshift\ncase $command in\n{cases}esac\nexec {real} "$command" "$@"\n'
    program = folder / "bin" / "cosign"
    program.parent.mkdir()
    program.write_text(script)
    program.chmod(0o755)
    return program.parent


@contextmanager
def _alone() -> Iterator[None]:
    """The timestamp server shows its metrics on port 2112, whatever it is told: one at a time."""
    with Path(gettempdir(), "flux-artifacts-timestamps.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _running(command: list[str], log: Path) -> Iterator[None]:
    port = int(next(part for part in command if part.startswith("--port=")).partition("=")[2])
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        _wait(lambda: _answer(port, "/"), process, log)
        yield
    finally:
        process.terminate()
        process.wait()


def _wait(ask: Callable[[], object], process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            ask()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{log.stem} did not start:\n{log.read_text()}") from None
            time.sleep(0.02)
        else:
            return


def _answer(port: int, path: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()
