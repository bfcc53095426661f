"""Makes monorepos of any size. The same size gives the same monorepo."""

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

_OWN_LINES = 150
_LARGE = 100_000
"""Files with more bytes are stored whole, as a commit stores them. `git fast-import` would store deltas with
thousands of parts. Git would need more time to read these than for everything else."""
_START = 1_767_225_600  # 2026-01-01T00:00:00Z
_WORDS = (
    *("audit", "base", "cache", "chart", "cluster", "flow", "gate", "helm", "image", "ingress", "key"),
    *("limit", "mesh", "node", "policy", "probe", "pull", "quota", "rate", "repo", "ring", "route"),
    *("scale", "secret", "shard", "store", "tenant", "token", "trace", "vault", "volume", "watch"),
)
_FOLDERS = ("", "base/", "base/crds/", "overlays/prod/", "overlays/test/")
ENVIRONMENTS = ("at_ring1", "at_ring2", "tt_ring1", "tt_ring2", "prod_ring1", "prod_ring2")
TASKS = b"from flux.tasks import ns  # noqa: F401\n"
_INVOKE = b"""flux:
  source: https://git.example.com/platform/monorepo
  phases:
    at: [at_ring1, at_ring2]
    tt: [tt_ring1, tt_ring2]
    prod: [prod_ring1, prod_ring2]
"""


@dataclass(frozen=True)
class Size:
    """`changes` is the number of commits after the first. Each changes one file of one artifact. With
    `desired`, every environment has a version of every artifact."""

    artifacts: int
    files: int
    file_bytes: int = 1000
    changes: int = 50
    seed: int = 1
    desired: bool = False

    @property
    def names(self) -> list[str]:
        return [f"{_WORDS[n % len(_WORDS)]}-{n:05}" for n in range(self.artifacts)]


@dataclass(frozen=True)
class Monorepo:
    """A bare origin. Its `main` is at `before`. `after`, on branch `next`, changes one more artifact."""

    origin: Path
    before: str
    after: str

    def clone(self, folder: Path, commit: str, environment: Mapping[str, str], files: bool = True) -> Path:
        """Clone at `commit`. Without `files`, it has an index, but only the files that Invoke reads."""
        clone = ("clone", "--quiet", "--no-checkout", str(self.origin), str(folder))
        git(self.origin, environment, *clone)
        git(folder, environment, "update-ref", "--no-deref", "HEAD", commit)
        git(folder, environment, "read-tree", "HEAD")
        wanted = ["--all"] if files else ["--", "tasks.py", "invoke.yaml"]
        git(folder, environment, "checkout-index", "--quiet", "--index", *wanted)
        return folder

    def advance(self, clone: Path, environment: Mapping[str, str]) -> None:
        """Move `main` and the clone to `after`."""
        git(self.origin, environment, "update-ref", "refs/heads/main", self.after)
        git(clone, environment, "fetch", "--quiet", "origin")
        git(clone, environment, "reset", "--quiet", "--hard", self.after)


def make_monorepo(folder: Path, size: Size, environment: Mapping[str, str]) -> Monorepo:
    folder.mkdir(parents=True)
    git(folder, environment, "init", "--quiet", "--bare", "--initial-branch=main")
    whole = ["--depth=0"] if size.file_bytes > _LARGE else []
    import_history(folder, fast_import(size), environment, *whole)
    return Monorepo(folder, *(git(folder, environment, "rev-parse", name) for name in ("main", "next")))


def import_history(
    folder: Path, chunks: Iterable[bytes], environment: Mapping[str, str], *options: str
) -> None:
    """Write commits in the format of git-fast-import(1) to a repository. Raises RuntimeError if git fails."""
    command = ["git", "-c", "core.compression=1", "fast-import", "--quiet", "--done", *options]
    with subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.PIPE) as importer:
        assert importer.stdin is not None
        for chunk in chunks:
            importer.stdin.write(chunk)
        importer.stdin.close()
    if importer.returncode:
        raise RuntimeError(f"git fast-import failed with {importer.returncode}")


def fast_import(size: Size) -> Iterator[bytes]:
    """Yield the monorepo in the format of git-fast-import(1)."""
    random = Random(size.seed)
    lines = [_line(random) for _ in range(2000)]
    yield commit("refs/heads/main", 0, "Everything")
    yield file("tasks.py", TASKS)
    yield file("invoke.yaml", _INVOKE)
    if size.desired:
        desired = {name: dict.fromkeys(ENVIRONMENTS, "1.0.0") for name in size.names}
        yield file("flux/releaseconfig.json", json.dumps(desired, indent=2).encode())
    for name in size.names:
        # Manifests of one artifact have much in common: zlib compresses them to a tenth, as real ones.
        own = random.choices(lines, k=_OWN_LINES)
        for path in _paths(name, size.files):
            yield file(path, _content(random, own, path, size.file_bytes))
    for n in range(size.changes + 1):
        # The last commit comes as a push, when all others are in `main`.
        last = n == size.changes
        name = size.names[len(size.names) // 2] if last else random.choice(size.names)
        path = random.choice(_paths(name, size.files))
        yield commit("refs/heads/next" if last else "refs/heads/main", n + 1, f"Change {name}")
        if last:
            yield b"from refs/heads/main\n"
        yield file(path, _content(random, lines, path, size.file_bytes))
    yield b"done\n"


def git(folder: Path, environment: Mapping[str, str], *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment, text=True).stdout
    return output.strip()


def commit(ref: str, minute: int, message: str) -> bytes:
    who = f"Bench <bench@example.com> {_START + 60 * minute} +0000"
    return f"commit {ref}\ncommitter {who}\ndata {len(message)}\n{message}\n".encode()


def file(path: str, content: bytes) -> bytes:
    return b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(content), content)


def _paths(artifact: str, files: int) -> list[str]:
    return [f"artifacts/{artifact}/{_FOLDERS[n % len(_FOLDERS)]}part-{n:02}.yaml" for n in range(files)]


def _line(random: Random) -> str:
    one, other, third = random.choices(_WORDS, k=3)
    return f"{'  ' * random.randint(2, 5)}{one}-{other}: {third}-{random.getrandbits(24)}\n"


def _content(random: Random, lines: list[str], path: str, size: int) -> bytes:
    """Return a file like a manifest, with half to one and a half times `size` bytes."""
    about = int(size * random.uniform(0.5, 1.5)) // 32
    name = "-".join(path.split("/")[1:]).removesuffix(".yaml")  # unique in the artifact
    header = f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  manifest: |2\n"
    return (header + "".join(random.choices(lines, k=about))).encode()
