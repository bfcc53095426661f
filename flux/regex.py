"""Regular expressions that are compiled at first use. A command uses few of those that it imports."""

import re
from typing import Any, AnyStr, cast


class Uncompiled:
    """A regular expression that is compiled at first use."""

    def __init__(self, source: Any, flags: int) -> None:
        self._source, self._flags = source, flags

    def __getattr__(self, name: str) -> Any:
        """Look up a method once. Afterwards it is a normal attribute."""
        found = getattr(re.compile(self._source, self._flags), name)
        setattr(self, name, found)
        return found


def regex(source: AnyStr, flags: int = 0) -> "re.Pattern[AnyStr]":
    """Like `re.compile`, but compile at first use."""
    return cast("re.Pattern[AnyStr]", Uncompiled(source, flags))
