"""Notices about errors that do not stop a command."""

from flux.errors import FluxError
from flux.notice import Notice, distinct

ERROR = FluxError("GitHub broke off", "run it again")


def test_what_a_notice_says() -> None:
    assert str(Notice(ERROR)) == "GitHub broke off"
    assert str(Notice(ERROR, "rules are not shown")) == "rules are not shown: GitHub broke off"
    assert str(Notice(ERROR, then="only this clone was read")) == "GitHub broke off; only this clone was read"
    assert str(Notice(ERROR, "x", "y")) == "x: GitHub broke off; y"


def test_the_same_is_said_once() -> None:
    again = Notice(FluxError("GitHub broke off"))
    found = distinct([Notice(ERROR), "slow", again, "slow"])
    assert list(map(str, found)) == ["GitHub broke off", "slow"]
