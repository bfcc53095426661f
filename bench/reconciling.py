"""Measures `inv reconcile` with nothing due: more artifacts do not cause more requests to GitHub."""

from collections.abc import Iterator

from bench.measure import Goal, Row, Run, Samples, interleave
from bench.monorepo import ENVIRONMENTS, git
from bench.tagging import desire, point, release
from bench.workbench import Workbench
from flux.promotion.clusters.status import StatusName
from flux.proposals.gate_states import commit_of
from flux.registry.remote.registry import RemoteRegistry
from tests.github import descriptions, validation
from tests.github.server import GitHub
from tests.github.state import Role

_REPORTER = "flux-reporter"
_RULES = """flux:
  source: https://git.example.com/platform/monorepo
  phases:
    - at: {environments: [at_ring1, at_ring2], auto: minor}
    - tt: {environments: [tt_ring1, tt_ring2], soak: 2h, healthy: true, auto: patch}
    - prod: {environments: [prod_ring1, prod_ring2], soak: 2d, healthy: true}
  clusters:
"""
_CLUSTER = "    {name}: {{names: [eu], reporters: ['flux-reporter[bot]']}}\n"
_MAY = ("contents", "issues", "pull_requests", "statuses", "deployments")


def reconciling(bench: Workbench) -> Iterator[Row]:
    """Measure with all artifacts, beside a tenth of them. All are deployed to six environments and
    acknowledged, the issues of their releases are closed, and nothing is due."""
    many = bench.options.artifacts
    few = max(1, many // 10)
    (asked, ours), (asked_of_few, peer) = (_at_rest(bench, artifacts) for artifacts in (many, few))
    title = f"inv reconcile, nothing due, {many} artifacts beside {few}"
    what = f"requests to GitHub of {title}"
    yield Row("reconcile-requests", what, "requests", asked, asked_of_few, Goal("at most", 1))
    yield Row("reconcile-cpu", f"CPU of {title}", "s", ours.as_cpu(), peer.as_cpu())


def _at_rest(bench: Workbench, artifacts: int) -> tuple[Samples, Samples]:
    """Return the requests to GitHub of one run, and the times of all runs."""
    monorepo = bench.monorepo(artifacts, 2)
    clone = bench.clone(monorepo, monorepo.before)
    names = sorted(path.name for path in (clone / "artifacts").iterdir())
    api, webhooks = validation.load(descriptions.folder())
    with bench.registry() as place, GitHub(api, webhooks).running() as github:
        release(bench, clone, place, names, "1.1.0")
        point(place, names, "1.1.0")
        rules = _RULES + "".join(_CLUSTER.format(name=name) for name in ENVIRONMENTS)
        (clone / "invoke.yaml").write_text(rules)
        git(clone, bench.environment, "add", "invoke.yaml")
        git(clone, bench.environment, "commit", "--quiet", "--message=Rules")
        git(clone, bench.environment, "push", "--quiet", "origin", "HEAD:main")
        github.add_repository("octo/monorepo", monorepo.origin, {"alice": Role.ADMIN})
        settings = {
            "INVOKE_FLUX_REGISTRY": f"oci://{place.host}",
            "INVOKE_FLUX_FORGE": "github",
            "GITHUB_API_URL": github.url,
            "GITHUB_REPOSITORY": "octo/monorepo",
            "GITHUB_TOKEN": github.actions_token(**dict.fromkeys(_MAY, "write")),
        }

        bench.run([bench.inv, "reconcile"], clone, **settings)  # opens an issue for each release
        desire(bench, clone, names, "1.1.0")
        _acknowledge(github, place.registry.host, names)

        def run() -> Run:
            github.requests.clear()
            return bench.run([bench.inv, "reconcile"], clone, **settings)

        what = f"inv reconcile, {artifacts} artifacts"
        (sampled,) = interleave(bench.options.slow_repeats, (what, run), warm=True)
        github.check()
        issues = github.repository("octo/monorepo").issues.values()
        if len(issues) < artifacts or not all(issue.closed for issue in issues):
            raise RuntimeError("each release has an issue, which is closed once it is everywhere")
        if written := [str(each) for each in github.requests if each.method != "GET"]:
            raise RuntimeError(f"something was due: {written}")
        return Samples(what, [len(github.requests)]), sampled


def _acknowledge(github: GitHub, host: str, names: list[str]) -> None:
    """Report success from one cluster for each environment."""
    registry = RemoteRegistry(host, 1, None)
    token = github.app_token(_REPORTER, statuses="write")
    repository = github.repo_with(token)
    for name in names:
        manifest = registry.repository(name).fetch_manifest("1.1.0")
        assert manifest
        commit = repository.get_commit(commit_of(manifest))
        for environment in ENVIRONMENTS:
            context = str(StatusName(name, environment, manifest.digest, "eu"))
            commit.create_status("success", context=context)
