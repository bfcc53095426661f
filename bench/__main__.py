"""`python -m bench [SCENARIO ...]`: measure, print a table, and with `--json FILE` write all there is."""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.measure import Row, Samples
from bench.page import renewed
from bench.scenarios import SCENARIOS
from bench.workbench import Options, Workbench
from tests.parts import MissingError

_HEADER = (
    *("what", "ours", "median", "MiB"),
    *("beside", "theirs", "median", "MiB"),
    *("ratio", "of medians", "goal", ""),
)
_QUICK = {"artifacts": 10, "sizes": (10, 100), "large": 1, "repeats": 2, "slow_repeats": 2}


def main(arguments: Sequence[str] | None = None) -> int:
    given = _given(arguments)
    options = Options(
        given.artifacts,
        given.files,
        given.sizes,
        given.large,
        given.repeats,
        given.slow_repeats,
        given.round_trip / 1000,
        given.storage,
    )
    wanted = [
        scenario for scenario in SCENARIOS if scenario.__name__ in given.scenarios or not given.scenarios
    ]
    start, load = time.monotonic(), os.getloadavg()
    rows: list[Row] = []
    failed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="flux-bench-") as folder:
        try:
            bench = Workbench(options, Path(folder).resolve())
        except MissingError as missing:
            print(missing, file=sys.stderr)
            return 2
        for scenario in wanted:
            print(f"{time.monotonic() - start:5.0f} s  {scenario.__name__}", file=sys.stderr, flush=True)
            try:
                rows += scenario(bench)
            except (RuntimeError, OSError, subprocess.SubprocessError, MissingError) as error:
                failed.append(scenario.__name__)
                print(f"{scenario.__name__} failed: {error}", file=sys.stderr, flush=True)
    machine = {
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "load_before": load,
        "load_after": os.getloadavg(),
        "seconds": time.monotonic() - start,
    }
    print(_table([_HEADER, *map(_cells, rows)]))
    print(f"{machine['seconds']:.0f} s on {os.cpu_count()} cores, load average {load[0]:.2f} before")
    if given.json:
        document = {"machine": machine, "options": vars(options), "rows": [row.document() for row in rows]}
        given.json.write_text(json.dumps(document, indent=2) + "\n")
    if given.page:
        given.page.write_text(renewed(given.page.read_text(), rows))
    missed = given.check and any(row.is_failure for row in rows)
    return 1 if failed or missed else 0


def _given(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.quick and given.check:
        parser.error("the goals are those of a full run: --quick has none to check")
    if given.quick:
        parser.set_defaults(**_QUICK)
        given = parser.parse_args(arguments)
    names = [scenario.__name__ for scenario in SCENARIOS]
    if unknown := [name for name in given.scenarios if name not in names]:
        parser.error(f"no scenario {unknown[0]!r}; there are {', '.join(names)}")
    return given


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.partition(":")[2].strip())
    names = ", ".join(scenario.__name__ for scenario in SCENARIOS)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=f"default all: {names}")
    parser.add_argument("--artifacts", type=int, default=100)
    parser.add_argument("--files", type=int, default=20, help="in each artifact, about 1 kB a file")
    sizes = (100, 1000, 10000)
    parser.add_argument("--sizes", type=_numbers, default=sizes, help="artifacts for `changed`: 100,1000")
    parser.add_argument("--large", type=int, default=10, metavar="MB", help="the large artifact")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--slow-repeats", type=int, default=2, help="of the loops of the flux CLI")
    parser.add_argument(
        "--round-trip", type=float, default=30, metavar="MS", help="to the far registry; 0: none"
    )
    storage = "where registries store: /dev/shm takes the disk's noise out, which hides what the client costs"
    parser.add_argument("--storage", metavar="FOLDER", help=storage)
    parser.add_argument("--quick", action="store_true", help="a smoke run: small, and twice each")
    parser.add_argument("--json", type=Path, metavar="FILE")
    page = "write the table of this page anew: docs/performance.md"
    parser.add_argument("--page", type=Path, metavar="FILE", help=page)
    parser.add_argument("--check", action="store_true", help="exit with 1 where a floor is missed")
    return parser


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(",")))


def _cells(row: Row) -> tuple[str, ...]:
    verdict = {True: "met", False: "MISSED", None: ""}[row.met]
    return (
        row.title,
        *_measured(row, row.ours),
        row.peer.name,
        *_measured(row, row.peer),
        f"{row.ratio:.2f}",
        f"{row.median_ratio:.2f}",
        str(row.goal or ""),
        verdict,
    )


def _measured(row: Row, samples: Samples) -> tuple[str, str, str]:
    form = {"s": "{:.3f} s", "MiB": "{:.1f} MiB"}.get(row.unit, "{:.0f}")
    peak = "" if samples.peak is None else f"{samples.peak:.0f}"
    return form.format(samples.minimum), form.format(samples.median), peak


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if at in (0, 4, 11) else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


if __name__ == "__main__":
    sys.exit(main())
