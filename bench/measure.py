"""Runs commands, and compares what they cost."""

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Literal

from bench import launch as launcher

_SECONDS = 600
"""The timeout of one run. The loops of the flux CLI take a minute or two."""


@dataclass(frozen=True)
class Run:
    """`cpu` is the CPU seconds of all processes of the command, `peak` the memory of the largest in MiB."""

    seconds: float
    cpu: float
    peak: float


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path) -> Run:
    """Run a command to its end. Raises RuntimeError, with its output, if it fails."""
    launch = [sys.executable, "-I", "-S", launcher.__file__, str(log), *command]
    try:
        launched = subprocess.run(
            launch, cwd=folder, env=environment, stdout=subprocess.PIPE, check=True, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired as late:
        raise RuntimeError(f"{' '.join(command)} did not end within {_SECONDS} seconds") from late
    seconds, cpu, kib, code = launched.stdout.split()
    if int(code):
        said = log.read_text(errors="replace")[-2000:]
        raise RuntimeError(f"{' '.join(command)} in {folder} failed with {int(code)}:\n{said}")
    return Run(float(seconds), float(cpu), int(kib) / 1024)


@dataclass
class Samples:
    """The measurements of one side: seconds, MiB, or a number of requests."""

    name: str
    values: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peaks: list[float] = field(default_factory=list)

    @property
    def minimum(self) -> float:
        return min(self.values)

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def peak(self) -> float | None:
        return max(self.peaks, default=None)

    def document(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "minimum": self.minimum,
            "median": self.median,
            "values": self.values,
            "cpu": self.cpu,
            "peak_mib": self.peak,
        }

    def as_cpu(self) -> "Samples":
        """Return the same runs, with the CPU time of all their processes as values."""
        return Samples(self.name, self.cpu, self.cpu, self.peaks)

    def as_memory(self) -> "Samples":
        """Return the same runs, with their memory peaks as values."""
        return Samples(self.name, self.peaks, peaks=self.peaks)


Side = tuple[str, Callable[[], Run]]
"""A name, and a function that sets up one run (not timed) and runs it."""


def interleave(repeats: int, *sides: Side, warm: bool = False) -> list[Samples]:
    """Run each side in turn, `repeats` times. With `warm`, a first round is added that does not count."""
    samples = [Samples(name) for name, _ in sides]
    for n in range(repeats + warm):
        for (_, attempt), sampled in zip(sides, samples, strict=True):
            done = attempt()
            if n >= warm:
                sampled.values.append(done.seconds)
                sampled.cpu.append(done.cpu)
                sampled.peaks.append(done.peak)
    return samples


@dataclass(frozen=True)
class Goal:
    """`at most`: ours takes `limit` times as much as the peer. `at least`: ours is `limit` times as fast.

    `--check` fails if a goal is missed that is a floor.
    """

    kind: Literal["at most", "at least"]
    limit: float
    is_floor: bool = True

    def __str__(self) -> str:
        return f"{'<=' if self.kind == 'at most' else '>='} {self.limit:g}"


@dataclass(frozen=True)
class Row:
    """Ours beside a peer. `key` names the row for programs, `title` for people."""

    key: str
    title: str
    unit: Literal["s", "MiB", "requests", "fetches"]
    ours: Samples
    peer: Samples
    goal: Goal | None = None

    @property
    def ratio(self) -> float:
        """The ratio of the minima: noise affects these least."""
        return self._ratio(self.ours.minimum, self.peer.minimum)

    @property
    def median_ratio(self) -> float:
        return self._ratio(self.ours.median, self.peer.median)

    def _ratio(self, ours: float, peer: float) -> float:
        return peer / ours if self.goal and self.goal.kind == "at least" else ours / peer

    @property
    def met(self) -> bool | None:
        if self.goal is None:
            return None
        at_most = self.goal.kind == "at most"
        return self.ratio <= self.goal.limit if at_most else self.ratio >= self.goal.limit

    @property
    def is_failure(self) -> bool:
        """Whether a floor is missed."""
        return self.met is False and self.goal is not None and self.goal.is_floor

    def document(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "title": self.title,
            "unit": self.unit,
            "ours": self.ours.document(),
            "peer": self.peer.document(),
            "ratio": self.ratio,
            "median_ratio": self.median_ratio,
            "goal": vars(self.goal) if self.goal else None,
            "met": self.met,
        }
