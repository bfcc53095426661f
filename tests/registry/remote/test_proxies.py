"""Which proxy a URL goes through."""

from tests.registry.remote.logins import Docker, build, lines
from tests.repo import Repo
from tests.servers import Server


def test_the_password_of_a_proxy(docker: Docker, repo: Repo) -> None:
    # `insecure` for a host that is not this machine, whose proxy is not there.
    env = {"HTTP_PROXY": "http://user:pr0xy-pa55@127.0.0.1:1", "INVOKE_FLUX_INSECURE": "true"}
    said = lines(build(repo, Server("registry.example"), docker, "pr0xy-pa55", **env))
    assert len(said) == 2
    assert said[0].startswith("error: app, db: ")
