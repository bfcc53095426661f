"""Runs the program `flux`, of Flux, to publish.

https://fluxcd.io/flux/cmd/flux_push_artifact/ and flux_tag_artifact/
"""

import csv
import io
import json
import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from threading import BoundedSemaphore

from flux.errors import RegistryError, RegistryUnreachableError, RequestError
from flux.regex import regex
from flux.retry import CircuitBreaker, Retries, TransientError

_ANSWER_SECONDS = 10
_MOST_AT_ONCE = 8  # each process takes some 100 MiB, however many requests `jobs` allows
_AGAIN = "run the same command again: it continues where this run stopped"
_INSTALL = "https://fluxcd.io/flux/installation/#install-the-flux-cli"
# Errors after which flux does not retry by itself.
_LIMITED = regex(r"\bTOOMANYREQUESTS\b|status code 429\b")
_RACED = regex(r"\b(DIGEST_INVALID|MANIFEST_BLOB_UNKNOWN|BLOB_UPLOAD_UNKNOWN)\b")
_REFUSED = regex(r"\bUNAUTHORIZED\b|status code 401\b")
_DENIED = regex(r"\bDENIED\b|status code 403\b")
# flux writes the time of a reproducible image in local time.
_UTC = {"TZ": "UTC"}
# Garbage collection took a sixth of the time of this short process.
_HASTE = {"GOGC": "off", "GOMEMLIMIT": "256MiB"}


class FluxCli:
    """The `flux` on PATH. `version` is the required version or its beginning: `2.9` means every 2.9.x.

    `provider` selects the login for the registry: `generic` means Docker's credentials.
    """

    def __init__(self, version: str, provider: str) -> None:
        self.version = version
        self.provider = provider
        self._retries = Retries()
        self._running = BoundedSemaphore(_MOST_AT_ONCE)
        self._breaker = CircuitBreaker(RegistryUnreachableError)

    def require(self) -> str:
        """Return the installed version. Raises RequestError if flux is missing, has another version, or does
        not answer."""
        there = self._version()
        if there is None:
            raise RequestError(
                "the publisher is flux, and there is no flux on PATH that prints its version",
                f"install flux {self.version} ({_INSTALL}), or set `publisher: builtin`",
            )
        wanted = self.version.split(".")
        if there.split(".")[: len(wanted)] != wanted:
            raise RequestError(
                f"flux is {there}, not {self.version}, and another version may pack artifacts differently",
                f"install flux {self.version} ({_INSTALL}), or set `flux_version`",
            )
        return there

    def push(self, url: str, folder: Path, source: str, revision: str, ignored: Sequence[str]) -> str:
        """Push a folder's content to `oci://host/repository:tag`. Return its digest."""
        said = self._run(
            "push",
            url,
            f"--path={folder}",
            f"--source={_argument(source)}",
            f"--revision={_argument(revision)}",
            "--reproducible",
            "--output=json",
            # These options replace Flux's default patterns, and add up if repeated.
            "--ignore-paths=",
            *(f"--ignore-paths={_argument(_csv(pattern))}" for pattern in ignored),
        )
        try:
            digest = json.loads(said)["digest"]
            if isinstance(digest, str) and re.fullmatch("sha256:[0-9a-f]{64}", digest):
                return digest
        except (ValueError, KeyError, TypeError):
            pass
        raise RegistryError(
            f"flux pushed {url} and did not say its digest", "set `flux_version` to one that does"
        )

    def tag(self, url: str, tags: Sequence[str]) -> None:
        """Point tags at `oci://host/repository@digest`, in their order."""
        self._run("tag", url, *(f"--tag={tag}" for tag in tags))

    def _version(self) -> str | None:
        try:
            done = subprocess.run(
                ["flux", "version", "--client", "--output=json"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_ANSWER_SECONDS,
                check=True,
            )
            return str(json.loads(done.stdout)["flux"]).removeprefix("v")
        except subprocess.TimeoutExpired as error:
            raise RequestError(
                f"the publisher is flux, which does not answer within {_ANSWER_SECONDS} seconds",
                "find out why `flux version --client` hangs, or set `publisher: builtin`",
            ) from error
        except (OSError, subprocess.CalledProcessError, ValueError, KeyError, TypeError):
            return None

    def _run(self, verb: str, url: str, *options: str) -> bytes:
        command = ["flux", verb, "artifact", url, f"--provider={self.provider}", *options]
        return self._retries.call(verb, lambda: self._breaker.call(lambda: self._try(command)))

    def _try(self, command: Sequence[str]) -> bytes:
        what = " ".join(command[:4])
        try:
            with self._running:
                done = subprocess.run(
                    command,
                    env=_HASTE | os.environ | _UTC,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    check=False,
                )
        except OSError as error:
            raise RegistryError(f"{what} could not be run: {error.strerror}", _AGAIN) from error
        if done.returncode == 0:
            return done.stdout
        said = _said(done.stderr)
        if _REFUSED.search(said):
            raise RegistryUnreachableError(f"{what} failed: {said}", self._login(command[3]))
        if _DENIED.search(said):
            raise RegistryError(f"{what} failed: {said}", self._login(command[3]))
        is_limit = bool(_LIMITED.search(said))
        if is_limit or _RACED.search(said):
            raise TransientError(RegistryError(f"{what} failed: {said}", _AGAIN), is_limit=is_limit)
        hint = _AGAIN if self.provider == "generic" else f"check the setting `provider`, or {_AGAIN}"
        raise RegistryError(f"{what} failed: {said}", hint)

    def _login(self, url: str) -> str:
        host = url.removeprefix("oci://").partition("/")[0]
        how = f"with `docker login {host}`" if self.provider == "generic" else f"to {self.provider}"
        return f"log in {how}, as who may push"


def _said(stderr: bytes) -> str:
    """Return the error of flux in one line: its output after the last cross."""
    lines = stderr.decode("utf-8", "replace").rpartition("\N{BALLOT X} ")[2]
    said = "".join(c for c in " ".join(lines.split()) if c.isprintable())
    said = re.sub(r"^((\w+ artifact failed: )+)", "", said)
    return said[:500] or "it did not say why"


def _argument(text: str) -> str:
    """Return an argument that flux receives as UTF-8, whatever encoding Python uses."""
    return os.fsdecode(text.encode("utf-8", "surrogateescape"))


def _csv(pattern: str) -> str:
    """Quote a value for a flag that takes a comma-separated list."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([pattern])
    return line.getvalue()
