"""The token that git uses for origin."""

import base64
import os
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Access:
    """A token for every repository under a URL, such as `https://github.com`."""

    url: str
    token: str = field(repr=False)

    def environment(self) -> dict[str, str]:
        """Git's configuration for one command (git-config(1), GIT_CONFIG_COUNT).

        The empty value removes a header that actions/checkout may have stored: GitHub refuses two headers.
        """
        login = base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
        count = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
        entries: dict[str, str] = {"GIT_CONFIG_COUNT": str(count + 2)}
        for at, value in enumerate(("", f"Authorization: Basic {login}"), start=count):
            entries[f"GIT_CONFIG_KEY_{at}"] = f"http.{self.url.rstrip('/')}/.extraHeader"
            entries[f"GIT_CONFIG_VALUE_{at}"] = value
        return entries
