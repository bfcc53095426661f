"""Who asks, and what others may do."""

from flux.forge.github.forge import GitHubForge
from tests.forge.conftest import Place
from tests.forge.github.replies import SECONDARY, THERE, failure, forge_at, refusal
from tests.github.server import GitHub
from tests.registry.scripted import scripted


def test_an_app_has_no_login() -> None:
    with scripted(refusal(403, "Resource not accessible by integration")) as script:
        assert forge_at(script).login() is None


def test_a_rate_limit_is_no_app(pauses: list[float]) -> None:
    message, _ = failure(lambda forge: forge.login(), refusal(403, SECONDARY, Retry_After="61"))
    assert message.startswith(f"GitHub did not say whose token this is: {SECONDARY}; ")


def test_who_is_no_person_has_no_permission() -> None:
    with scripted(THERE, refusal(404, "dependabot[bot] is not a user")) as script:
        assert forge_at(script).permission("dependabot[bot]") == "none"
    assert script.asked[1] == "GET /repos/owner/name/collaborators/dependabot%5Bbot%5D/permission"


def test_a_permission_that_cannot_be_looked_up_is_no_answer() -> None:
    message, _ = failure(lambda forge: forge.permission("ann"), THERE, refusal(404, "Not Found"))
    assert message == "GitHub did not say what ann may do in owner/name: Not Found (404)"


def test_an_apps_account_is_looked_up_once(hub: Place, server: GitHub) -> None:
    """Each look makes a commit."""
    token = server.app_token("deployer", contents="write", metadata="read")
    forge = GitHubForge(server.url, "octo/monorepo", token)
    server.requests.clear()
    assert [forge.account() for _ in range(3)] == ["deployer[bot]"] * 3
    assert [request.method for request in server.requests].count("POST") == 1
