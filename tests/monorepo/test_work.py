"""What is recorded of work that is done in stages."""

from flux.errors import ForgeError
from flux.monorepo.work import Work


def test_what_was_done_and_what_failed() -> None:
    work = Work()
    work.did("app: pushed", "db: pushed")
    work.did()
    work.fail("web", ForgeError("no answer", "again"))
    assert work.repaired == ["app: pushed", "db: pushed"]
    assert [about for about, _ in work.errors] == ["web"]
    assert work.told == {"no answer"}
