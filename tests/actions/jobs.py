"""What became of the jobs that act ran, by the records that it prints."""

from dataclasses import dataclass
from typing import Any

from tests.github.world import Event

JSON = dict[str, Any]
_SHOWN = ("error", "warning", "notice")


@dataclass(frozen=True)
class Job:
    """What became of a job. `result` is `success`, `failure`, `skipped` (by its `if:`) or `killed`."""

    workflow: str
    name: str
    event: Event
    result: str
    log: str
    summary: str
    """All that its steps wrote to it, Markdown."""
    outputs: dict[str, str]
    """Of its steps."""

    def __str__(self) -> str:
        return f"{self.workflow}: {self.name} ({self.event}): {self.result}"


def job_of(path: str, name: str, event: Event, records: list[JSON], killed: bool) -> Job:
    """What act told of a job; of a matrix it tells of each."""
    results = {record["jobResult"] for record in records if "jobResult" in record}
    worst = next((result for result in ("failure", "success") if result in results), "skipped")
    return Job(
        path.rpartition("/")[2],
        name,
        event,
        "killed" if killed else worst,
        "".join(map(_said, records)),
        "".join(each["content"] for each in records if each.get("command") == "summary"),
        {each["name"]: each["arg"] for each in records if each.get("command") == "set-output"},
    )


def _said(record: JSON) -> str:
    """What a step printed, commands to the runner too."""
    if record.get("raw_output"):
        return str(record["msg"])
    return f"::{record['command']}::{record['arg']}\n" if record.get("command") in _SHOWN else ""
