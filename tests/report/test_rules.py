"""Rules as a table, and the forecast in lines."""

from flux.environments.outlook import Outlook, Ruled, Rules
from flux.promotion.gates.freeze import Freeze
from flux.promotion.gates.gate import GateVerdict
from flux.promotion.gates.reason import Behind, Soaks
from flux.promotion.gates.rule import Auto, Rule
from flux.promotion.gates.window import read_window
from flux.report.rules import show_rules
from tests.report.showing import Stage

RULES = {
    "at": Rule(),
    "prod": Rule("at", 7200, True, Auto.PATCH, (read_window("Mon 08:00-09:00"),)),
}
WAITS = GateVerdict((Soaks("at", "1.1.0", 7200, 0, 60),), 60)
NEVER = GateVerdict((Behind("at", "1.1.0"),))
RULED = Ruled(
    "eso",
    RULES,
    (
        Outlook("at", "1.0.0", "1.1.0"),
        Outlook("prod", "1.0.0", "1.1.0", WAITS, by_rule=True),
        Outlook("prod2", None, "1.1.0", NEVER),
        Outlook("prod3", "1.1.0"),
    ),
)


def test_rules_and_forecast(stage: Stage) -> None:
    found = Rules(RULES, (Freeze("x", "alice", "prod"),), [RULED])
    lines = stage.log(lambda report: show_rules(report, found, "eso")).lines
    assert lines[2].split() == [
        "prod",
        "at",
        "2h",
        "yes",
        "patch",
        "Mon",
        "08:00-09:00",
        "UTC",
        "person",
        "stop",
    ]
    assert lines[3:] == [
        "No rules for at: a person asks for each version.",
        "frozen: prod, by alice: x",
        "eso 1.1.0 to at: now, if a person asks",
        "eso 1.1.0 to prod: at 1970-01-01 00:01 UTC, by rule: at has to run 1.1.0 for 2h, "
        "until 1970-01-01 00:01 UTC",
        "eso 1.1.0 to prod2: not yet, even if a person asks: at does not have 1.1.0 yet",
    ]
    document = stage.json(lambda report: show_rules(report, found, None)).document
    assert document["rules"]["prod"]["soak"] == 7200
    forecast = {each["environment"]: each for each in document["artifacts"][0]["forecast"]}
    assert forecast["prod"]["when"] == "1970-01-01T00:01:00Z"
    assert forecast["prod2"]["reasons"] == [{"gate": "order", "text": "at does not have 1.1.0 yet"}]
    assert forecast["prod3"]["version"] is None


def test_nothing_is_on_its_way(stage: Stage) -> None:
    lines = stage.log(lambda report: show_rules(report, Rules({"at": Rule()}, (), []), None)).lines
    assert lines == ["No rules for at: a person asks for each version.", "No promotion is due."]


def test_environments_of_which_the_same_is_true_have_one_line(stage: Stage) -> None:
    outlook = [Outlook(name, "1.0.0", "1.1.0") for name in ("at1", "at2", "prod1")]
    found = Rules({}, (), [Ruled("eso", {}, tuple(outlook))])
    lines = stage.log(lambda report: show_rules(report, found, None)).lines
    assert lines == ["eso 1.1.0 to at1, at2, prod1: now, if a person asks"]
