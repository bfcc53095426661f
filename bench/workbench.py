"""The tools of every scenario: folders, programs, and registries near and far."""

import compileall
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bench.measure import Run, run
from bench.monorepo import Monorepo, Size, git, make_monorepo
from tests import parts

_GITCONFIG = """\
[user]
name = Bench
email = bench@example.com
[protocol "file"]
allow = always
[gc]
auto = 0
"""


@dataclass(frozen=True)
class Options:
    """`changed_sizes` are numbers of artifacts. `round_trip` is in seconds; 0 means no distant registry.
    `storage` is the folder where registries store, instead of the common one."""

    artifacts: int
    files: int
    changed_sizes: tuple[int, ...]
    large_mb: int
    repeats: int
    slow_repeats: int
    round_trip: float
    storage: str | None = None


@dataclass(frozen=True)
class Place:
    """A registry that was empty at its start. Clients connect to `host`, near or far."""

    host: str
    registry: parts.Registry

    def requests(self) -> int:
        """Return the number of requests it has answered, with those that tested whether it is up."""
        time.sleep(0.2)  # its log is written after the answer
        return sum('" ' in line and "HTTP/1." in line for line in self.registry.log.read_text().splitlines())


class Workbench:
    """Everything is under `folder`. Commands do not see the settings and credentials of this machine."""

    def __init__(self, options: Options, folder: Path) -> None:
        self.options = options
        self.folder = folder
        self.docker_registry = parts.docker_registry()
        self.flux = parts.flux()
        scripts = Path(sysconfig.get_path("scripts"))
        # Not every installer compiles, and the first command would take longer.
        compileall.compile_dir(sysconfig.get_path("purelib"), quiet=2)
        self.inv = str(scripts / "inv")
        home = folder / "home"
        home.mkdir()
        (home / ".gitconfig").write_text(_GITCONFIG)
        self.environment = {
            "PATH": os.pathsep.join((str(scripts), str(Path(self.flux).parent), os.environ["PATH"])),
            "HOME": str(home),
            "GIT_CONFIG_NOSYSTEM": "1",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
        }
        self._numbers = count()

    def run(self, command: Sequence[str], folder: Path, **environment: str) -> Run:
        return run(command, folder, self.environment | environment, self.folder / "output")

    def output(self, command: Sequence[str], folder: Path) -> str:
        return subprocess.run(
            command, cwd=folder, env=self.environment, stdout=subprocess.PIPE, text=True, check=True
        ).stdout

    def new_folder(self, name: str) -> Path:
        """Return a path that does not exist yet."""
        return self.folder / f"{name}-{next(self._numbers)}"

    def write(self, name: str, text: str) -> Path:
        """Write a file into a new folder, and return its path."""
        file = self.new_folder("files") / name
        file.parent.mkdir()
        file.write_text(text)
        return file

    def monorepo(
        self,
        artifacts: int,
        files: int | None = None,
        file_bytes: int = 1000,
        changes: int = Size.changes,
        desired: bool = False,
    ) -> Monorepo:
        size = Size(artifacts, files or self.options.files, file_bytes, changes, desired=desired)
        return make_monorepo(self.new_folder("origin") / "monorepo.git", size, self.environment)

    def clone(self, monorepo: Monorepo, commit: str, files: bool = True) -> Path:
        return monorepo.clone(self.new_folder("clone"), commit, self.environment, files)

    def commit(self, clone: Path, message: str) -> None:
        """Commit everything in a folder. It becomes a repository if it is none."""
        if not (clone / ".git").exists():
            git(clone, self.environment, "init", "--quiet", "--initial-branch=main")
        git(clone, self.environment, "add", "--all")
        git(clone, self.environment, "commit", "--quiet", f"--message={message}")

    def build(self, clone: Path, host: str, publisher: str = "builtin") -> Run:
        """Run `inv build` in a clone, into a registry."""
        settings = {"INVOKE_FLUX_REGISTRY": f"oci://{host}", "INVOKE_FLUX_PUBLISHER": publisher}
        return self.run([self.inv, "build"], clone, **settings)

    @property
    def cold(self) -> str:
        """The title of a build into an empty registry."""
        return f"inv build, cold, {self.options.artifacts} artifacts"

    @contextmanager
    def registry(self, far: bool = False, storage: str | None = None) -> Iterator[Place]:
        """Run an empty registry. It is deleted when the block ends."""
        storage = storage or self.options.storage
        folder = Path(tempfile.mkdtemp(prefix="registry-", dir=storage or self.folder))
        try:
            with parts.run_registry(folder) as registry:
                if far:
                    with self._far(registry.host) as host:
                        yield Place(host, registry)
                else:
                    yield Place(registry.host, registry)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _far(self, host: str) -> Iterator[str]:
        name, _, port = host.partition(":")
        command = [sys.executable, "-m", "bench.proxy", name, port, str(self.options.round_trip / 2)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as proxy:
            try:
                assert proxy.stdout is not None
                yield f"127.0.0.1:{int(proxy.stdout.readline())}"
            finally:
                proxy.terminate()
