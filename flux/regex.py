"""Regular expressions that are compiled when they are first used. A command uses few of those it imports."""

import re
from typing import Any, AnyStr, cast


class Uncompiled:
    """One that is compiled when it is first used."""

    def __init__(self, source: Any, flags: int) -> None:
        self._source, self._flags = source, flags

    def __getattr__(self, name: str) -> Any:
        """Each method is found once: from then on it is an attribute like any other."""
        found = getattr(re.compile(self._source, self._flags), name)
        setattr(self, name, found)
        return found


def regex(source: AnyStr, flags: int = 0) -> "re.Pattern[AnyStr]":
    """As `re.compile`, later."""
    return cast("re.Pattern[AnyStr]", Uncompiled(source, flags))
