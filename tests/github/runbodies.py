"""Statuses, checks, deployments and workflows as GitHub's JSON has them."""

from tests.github.gitdata import NULL
from tests.github.peoplebodies import RepositoryView, node, stamp
from tests.github.state import (
    Account,
    Activity,
    CheckRun,
    Deployment,
    DeploymentStatus,
    Status,
)
from tests.github.wire import JSON


class RunView(RepositoryView):
    """What runs for a repository, and what it says of commits."""

    def status(self, sha: str, status: Status) -> JSON:
        return {
            "url": f"{self._api}/statuses/{sha}",
            "avatar_url": f"{self._urls.html}/u/{status.creator.id}",
            "id": status.id,
            "node_id": node("SC", status.id),
            "state": status.state,
            "description": status.description,
            "target_url": status.target,
            "context": status.context,
            "created_at": stamp(status.created),
            "updated_at": stamp(status.created),
            "creator": self.user(status.creator),
        }

    def check_run(self, run: CheckRun) -> JSON:
        own = f"{self._api}/check-runs/{run.id}"
        page = f"{self._html}/runs/{run.id}"
        said = dict.fromkeys(("title", "summary", "text"))
        return {
            "id": run.id,
            "node_id": node("CR", run.id),
            "head_sha": run.sha,
            "external_id": "",
            "url": own,
            "html_url": page,
            "details_url": page,
            "status": run.status,
            "conclusion": run.conclusion,
            "started_at": stamp(run.started),
            "completed_at": stamp(run.completed) if run.completed else None,
            "output": {**said, "annotations_count": 0, "annotations_url": f"{own}/annotations"},
            "name": run.name,
            "check_suite": {"id": run.id},
            "app": self._app(run.app),
            "pull_requests": [],
        }

    def _app(self, account: Account) -> JSON:
        name = account.login.removesuffix("[bot]")
        return {
            "id": account.id,
            "slug": name,
            "node_id": node("A", account.id),
            "owner": self.user(self._repo.owner),
            "name": name,
            "description": "",
            "external_url": f"{self._urls.html}/{name}",
            "html_url": f"{self._urls.html}/apps/{name}",
            "created_at": stamp(self._repo.created),
            "updated_at": stamp(self._repo.created),
            "permissions": {},
            "events": [],
        }

    def activity(self, activity: Activity) -> JSON:
        return {
            "id": activity.id,
            "node_id": node("PSH", activity.id),
            "before": activity.before or NULL,
            "after": activity.after or NULL,
            "ref": activity.ref,
            "timestamp": stamp(activity.time),
            "activity_type": activity.kind,
            "actor": self.user(activity.actor),
        }

    def deployment(self, deployment: Deployment) -> JSON:
        url = f"{self._api}/deployments/{deployment.id}"
        updated = deployment.statuses[-1].created if deployment.statuses else deployment.created
        return {
            "url": url,
            "id": deployment.id,
            "node_id": node("DE", deployment.id),
            "sha": deployment.sha,
            "ref": deployment.ref,
            "task": deployment.task,
            "payload": deployment.payload,
            "original_environment": deployment.environment,
            "environment": deployment.environment,
            "description": deployment.description,
            "creator": self.user(deployment.creator),
            "created_at": stamp(deployment.created),
            "updated_at": stamp(updated),
            "statuses_url": f"{url}/statuses",
            "repository_url": self._api,
            "transient_environment": False,
            "production_environment": deployment.environment == "production",
        }

    def deployment_status(self, deployment: Deployment, status: DeploymentStatus) -> JSON:
        url = f"{self._api}/deployments/{deployment.id}"
        return {
            "url": f"{url}/statuses/{status.id}",
            "id": status.id,
            "node_id": node("DES", status.id),
            "state": status.state,
            "creator": self.user(status.creator),
            "description": status.description,
            "environment": deployment.environment,
            "target_url": "",
            "created_at": stamp(status.created),
            "updated_at": stamp(status.created),
            "deployment_url": url,
            "repository_url": self._api,
            "environment_url": "",
            "log_url": "",
        }

    def workflow(self, id: int, name: str, path: str) -> JSON:
        file = path.rpartition("/")[2]
        return {
            "id": id,
            "node_id": node("W", id),
            "name": name,
            "path": path,
            "state": "active",
            "created_at": stamp(self._repo.created),
            "updated_at": stamp(self._repo.created),
            "url": f"{self._api}/actions/workflows/{id}",
            "html_url": f"{self._html}/blob/{self._repo.default_branch}/{path}",
            "badge_url": f"{self._html}/workflows/{file}/badge.svg",
        }
