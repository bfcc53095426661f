"""A Docker engine of the tests' own, and an image for it made of what is on this machine."""

import io
import json
import os
import re
import subprocess
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import parts

_SECONDS = 60
_CONFIG = "/etc/distribution/config.yml"


@dataclass(frozen=True)
class Engine:
    host: str
    """What DOCKER_HOST takes."""

    def docker(self, *arguments: str, content: bytes | None = None) -> str:
        """What `docker` prints, less the last newline."""
        environment = {**os.environ, "DOCKER_HOST": self.host}
        command = ["docker", *arguments]
        done = subprocess.run(command, input=content, env=environment, check=True, capture_output=True)
        return done.stdout.decode().rstrip("\n")


@contextmanager
def run_engine(folder: Path) -> Iterator[Engine]:
    """An engine that shares nothing with another one, until the block ends.

    It leaves the machine's packet filter and its forwarding alone: ports on loopback do without.
    """
    *root, program = parts.docker_engine()
    socket, log, pid = folder / "docker.sock", folder / "log", folder / "pid"
    options = {
        "host": f"unix://{socket}",
        "group": str(os.getgid()),
        "data-root": str(folder / "data"),
        "exec-root": str(folder / "exec"),
        "pidfile": str(pid),
        "iptables": "false",
        "ip-forward": "false",
    }
    command = [*root, program, *(f"--{name}={value}" for name, value in options.items())]
    engine = Engine(options["host"])
    # Where its other programs are, docker-proxy among them.
    environment = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
    try:
        deadline = time.monotonic() + _SECONDS
        while not _answers(engine):
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"dockerd did not start:\n{log.read_text()[-5000:]}")
            time.sleep(0.1)
        yield engine
    finally:
        if pid.exists():
            subprocess.run([*root, "kill", pid.read_text()], check=False)
        server.wait(_SECONDS)
        subprocess.run([*root, "rm", "-rf", options["data-root"], options["exec-root"]], check=True)


def import_registry(engine: Engine, name: str) -> None:
    """An image of docker-registry, as those that are pulled where it counts: its port, its data."""
    program = parts.docker_registry()
    libraries = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    config = {
        "version": "0.1",
        "storage": {"filesystem": {"rootdirectory": "/var/lib/registry"}},
        "http": {"addr": ":5000"},
    }
    image = io.BytesIO()
    with tarfile.open(fileobj=image, mode="w", dereference=True) as tar:
        for path in [program, *re.findall(r"/\S+", libraries)]:
            tar.add(path)
        content = json.dumps(config).encode()  # JSON is YAML
        member = tarfile.TarInfo(_CONFIG)
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    entrypoint = json.dumps([program, "serve", _CONFIG])
    engine.docker("import", f"--change=ENTRYPOINT {entrypoint}", "-", name, content=image.getvalue())


def _answers(engine: Engine) -> bool:
    try:
        engine.docker("version")
    except subprocess.CalledProcessError:
        return False
    return True
