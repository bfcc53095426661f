"""Runs a registry in a container on this machine, with Docker's command line.

https://distribution.github.io/distribution/about/deploying/
"""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flux.errors import EngineError

if TYPE_CHECKING:
    from python_on_whales import Container, DockerClient

CONTAINER_NAME = "flux-artifacts-registry"
"""The name of the container, and of the volume that has its data."""

_LOOPBACK = "127.0.0.1"
_PORT = 5001  # the usual port of a registry is 5000, which macOS uses
_INSIDE = 5000
_DATA = "/var/lib/registry"
_ENVIRONMENT = {
    "REGISTRY_STORAGE_DELETE_ENABLED": "true",
    "OTEL_TRACES_EXPORTER": "none",  # otherwise registry:3 logs that it finds no collector
}
_SECONDS = 30
_ANSWER_SECONDS = 10
_MOST_SAID = 300
_ALTERNATIVES = (
    "or do without: `registry: .registry` is a folder, and any registry program on a loopback port will do"
)


@dataclass(frozen=True)
class Contained:
    """The registry's container. A machine has at most one."""

    image: str
    port: int
    running: bool

    @property
    def location(self) -> str:
        """The value for the setting `registry`."""
        return f"oci://{_LOOPBACK}:{self.port}"


class Engine:
    """The container engine that `docker` uses. Raises EngineError if it refuses a request, or if there is
    none."""

    def __init__(self) -> None:
        from python_on_whales import DockerClient

        self._docker: DockerClient = DockerClient()
        self.version = _server_version() or "of a version that it does not tell"

    def find(self) -> Contained | None:
        """Return the registry, running or not, or None if there is no container."""
        container = self._container()
        if container is None:
            return None
        with _translated("did not describe the registry"):
            bindings = (container.host_config.port_bindings or {}).get(f"{_INSIDE}/tcp") or []
            ports = [binding.host_port or "" for binding in bindings if binding.host_ip == _LOOPBACK]
            if not ports or not ports[0].isdecimal():
                raise EngineError(
                    f"the container {CONTAINER_NAME} is not one of ours: it has no port on {_LOOPBACK}",
                    f"remove it: `docker rm --force {CONTAINER_NAME}`",
                )
            return Contained(container.config.image or "", int(ports[0]), bool(container.state.running))

    def create(self, image: str, port: int) -> Contained:
        """Start a registry in a new container with the existing data, and wait until it answers.

        The image is pulled if it is missing. If the registry does not start, the container is removed.
        """
        hint = f"`--image` names another image, such as one that is here (`docker image ls`), {_ALTERNATIVES}"
        with _translated(f"did not pull {image}", hint):
            if not self._docker.image.exists(image):
                self._docker.image.pull(image, quiet=True)
        # Not `run`: if another process was faster, its container must not be removed here.
        with _translated(f"did not make a container of {image}", "run the same command again"):
            self._docker.create(
                image,
                name=CONTAINER_NAME,
                envs=_ENVIRONMENT,
                publish=[(f"{_LOOPBACK}:{port}", _INSIDE)],
                volumes=[(CONTAINER_NAME, _DATA)],
            )
        made = Contained(image, port, running=True)
        try:
            self.start(made)
        except EngineError:
            with suppress(EngineError):
                self.remove()
            raise
        return made

    def start(self, registry: Contained) -> None:
        """Start an existing container, and wait until it answers."""
        with _translated(
            f"did not start {registry.image}", "`--image` names another image, `--port` another port"
        ):
            self._docker.start(CONTAINER_NAME)
        self.wait(registry)

    def wait(self, registry: Contained) -> None:
        """Wait until it answers, at most half a minute."""
        deadline = time.monotonic() + _SECONDS
        while not _answers(registry.port):
            container = self._container()
            if container is None or not container.state.running:
                raise EngineError(
                    f"the registry ended as soon as it had begun: {self._last_words()}",
                    "`--image` names another image",
                )
            if time.monotonic() > deadline:
                raise EngineError(
                    f"the registry does not answer at {_LOOPBACK}:{registry.port}: {self._last_words()}",
                    "check that the engine runs on this machine (DOCKER_HOST, `docker context show`)",
                )
            time.sleep(0.05)

    def stop(self) -> None:
        with _translated("did not stop the registry"):
            self._docker.stop(CONTAINER_NAME)

    def remove(self) -> None:
        """Remove the container, and keep its data."""
        with _translated("did not remove the registry"):
            self._docker.remove(CONTAINER_NAME, force=True)

    def drop_data(self) -> bool:
        """Remove the volume. Return whether there was one."""
        from python_on_whales.exceptions import NoSuchVolume

        hint = f"remove what has them in use, which `docker ps --all --filter volume={CONTAINER_NAME}` shows"
        with _translated("did not remove the data", hint):
            try:
                self._docker.volume.remove(CONTAINER_NAME)
            except NoSuchVolume:
                return False
        return True

    def has_data(self) -> bool:
        with _translated("did not look for the data"):
            return bool(self._docker.volume.exists(CONTAINER_NAME))

    def _container(self) -> Container | None:
        from python_on_whales.exceptions import NoSuchContainer

        with _translated("did not look for the registry"):
            try:
                return self._docker.container.inspect(CONTAINER_NAME)
            except NoSuchContainer:
                return None

    def _last_words(self) -> str:
        with _translated("has no log"):
            return _telling(str(self._docker.logs(CONTAINER_NAME))) or "without a word"


def free_port(wanted: int | None = None) -> int | None:
    """Return the wanted loopback port, or None if it is taken. If none is wanted, return any free port."""
    for port in (wanted,) if wanted else (_PORT, 0):
        try:
            with socket.create_server((_LOOPBACK, port)) as server:
                found: int = server.getsockname()[1]
                return found
        except OSError:
            continue
    return None


def _server_version() -> str | None:
    """Return the engine's version, None if unknown. This does not use python-on-whales, which would wait for
    ever if the engine accepts connections but never answers."""
    try:
        done = subprocess.run(
            ["docker", "version", "--format={{json .}}"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_ANSWER_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise EngineError(
            "there is no container engine: docker was not found on PATH",
            f"install Docker, {_ALTERNATIVES}",
        ) from error
    except OSError as error:
        raise EngineError(
            f"docker could not be run: {error.strerror}", f"install Docker, {_ALTERNATIVES}"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise EngineError(
            f"the container engine does not answer within {_ANSWER_SECONDS} seconds",
            f"restart it (`sudo systemctl restart docker`, or Docker Desktop), {_ALTERNATIVES}",
        ) from error
    if done.returncode:
        said = _said(done.stderr.decode("utf-8", "replace"))
        raise EngineError(
            f"the container engine does not answer: {said}", f"{_remedy(said)}, {_ALTERNATIVES}"
        )
    try:
        return str(json.loads(done.stdout)["Server"]["Version"])
    except (ValueError, KeyError, TypeError):
        return None


def _remedy(said: str) -> str:
    """Return a hint for an engine that does not answer, from its message."""
    if "podman" in said.lower():
        return "start it (`systemctl --user start podman.socket`, or `podman machine start`)"
    if "permission denied" in said.lower():
        return "`sudo usermod -aG docker $USER`, then log in again"
    return "start it (`sudo systemctl start docker`, or Docker Desktop)"


def _answers(port: int) -> bool:
    import urllib3

    try:
        url = f"http://{_LOOPBACK}:{port}/v2/"
        return urllib3.request("GET", url, retries=False, timeout=5).status == 200
    except urllib3.exceptions.HTTPError:
        return False


@contextmanager
def _translated(what: str, hint: str = "") -> Iterator[None]:
    from python_on_whales.client_config import ParsingError
    from python_on_whales.exceptions import DockerException

    try:
        yield
    except DockerException as error:
        raise EngineError(f"the container engine {what}: {_said(error.stderr or '')}", hint) from error
    except OSError as error:
        raise EngineError(f"docker could not be run: {error.strerror}", hint) from error
    except (ParsingError, ValueError) as error:
        raise EngineError(f"the container engine {what}: its answer is not understood", hint) from error


def _said(stderr: str) -> str:
    """Return the engine's message, without the prefixes of Docker's command line."""
    said = _telling(stderr)
    return said.removeprefix("docker: ").removeprefix("Error response from daemon: ") or "no reason given"


def _telling(text: str) -> str:
    """Return the first line that contains an error, or else the last line."""
    lines = text.strip().splitlines() or [""]
    said = next((line for line in lines if "rror" in line or "annot" in line), lines[-1])
    return " ".join(said.split())[:_MOST_SAID]
