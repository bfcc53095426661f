"""What an adoption shows: each finding with its evidence, the gaps, and each file."""

from flux.adoption.clues import Gap, ProposedSetting
from flux.adoption.files import WantedFile
from flux.commands.init import Adoption
from flux.diagnosis.proof import Exceptional
from flux.errors import UnpublishedError
from flux.monorepo.adopted import Unmanaged
from flux.report.init import show_adoption, show_proof
from tests.report.showing import Stage

WRITTEN, LEFT = WantedFile("invoke.yaml", "flux: {}\n", None), WantedFile("tasks.py", "x\n", "y\n")
ADOPTION = Adoption(
    [ProposedSetting("phases", ["at"], "the registry has app:at")],
    [WRITTEN, LEFT],
    unmanaged=[Unmanaged("app", "prod", "sha256:1", UnpublishedError("no released version has its content"))],
)


def test_a_log(stage: Stage) -> None:
    shown = stage.log(lambda report: show_adoption(report, ADOPTION, [WRITTEN], False))
    assert shown.lines == [
        'phases: ["at"]',
        "    the registry has app:at",
        "unmanaged: app:prod: no released version has its content",
        "invoke.yaml: written",
        "tasks.py: differs",
    ]
    assert "--force" in shown.err


def test_a_dry_run_is_a_diff(stage: Stage) -> None:
    shown = stage.log(lambda report: show_adoption(report, ADOPTION, [], True))
    assert "+flux: {}" in shown.lines
    assert "-y" in shown.lines


def test_what_cannot_be_said(stage: Stage) -> None:
    shown = stage.log(lambda report: show_adoption(report, Adoption([], [], [Gap("a", "b")]), [], False))
    assert shown.lines == ["settings cannot describe this: a", "    b"]


def test_a_document(stage: Stage) -> None:
    shown = stage.json(lambda report: show_adoption(report, ADOPTION, [WRITTEN], False)).document
    assert [(file["path"], file["written"]) for file in shown["files"]] == [
        ("invoke.yaml", True),
        ("tasks.py", False),
    ]


def test_the_proof(stage: Stage) -> None:
    shown = stage.log(lambda report: show_proof(report, [Exceptional("a", "it would move", "let it")]))
    assert shown.lines == ["it would move", "    let it", "1 exception."]
    away = [Exceptional(name, f"{name}: no answer", "again") for name in ("a:at", "a:tt", "b:at")]
    shown = stage.log(lambda report: show_proof(report, away))
    assert shown.lines == ["a:at, a:tt, b:at: no answer", "    again", "3 exceptions."]
    done = stage.log(lambda report: show_proof(report, []))
    assert done.lines == ["Ready: no tag would move, and every tag is known."]
