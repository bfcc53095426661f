"""The labels that a repository has."""

from tests.github import access
from tests.github.call import Call, route
from tests.github.state import Label
from tests.github.wire import Reply, invalid, missing

_READ = access.reads("issues", "pull_requests")
_WRITE = access.writes("issues", "pull_requests")


@route("GET /repos/{owner}/{repo}/labels", _READ)
def list_labels(call: Call) -> Reply:
    labels = sorted(call.repo.labels.values(), key=lambda label: label.name.lower())
    return call.page(labels, call.view.label)


@route("GET /repos/{owner}/{repo}/labels/{name}", _READ)
def get_label(call: Call) -> Reply:
    if label := call.repo.labels.get(call["name"].lower()):
        return Reply(200, call.view.label(label))
    raise missing()


@route("POST /repos/{owner}/{repo}/labels", _WRITE, takes="name color description")
def create_label(call: Call) -> Reply:
    name, color = call.body["name"], call.body.get("color", "ededed")
    if name.lower() in call.repo.labels:
        raise invalid("Label", "name", "already_exists")
    if not name.strip() or len(name) > 50:
        raise invalid("Label", "name", "invalid")
    if len(color) != 6 or not set(color.lower()) <= set("0123456789abcdef"):
        raise invalid("Label", "color", "invalid")
    label = Label(call.world.next_id(), name, color, call.body.get("description"))
    call.repo.labels[name.lower()] = label
    shown = call.view.label(label)
    return Reply(201, shown, {"Location": shown["url"]})


def label_named(call: Call, name: str) -> Label:
    """An issue's label is made where there is none."""
    there = call.repo.labels.get(name.lower())
    return there or call.repo.labels.setdefault(name.lower(), Label(call.world.next_id(), name))
