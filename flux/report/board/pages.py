"""The pages of the board, made from its document. The templates escape every text in them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from flux.listing import counted
from flux.promotion.clusters.health import Running
from flux.report.board import charts
from flux.report.board.history import history_picture
from flux.report.board.links import allowed_url, image_page, scheme
from flux.report.log import day, time_span

_PACKAGE = files("flux.report.board") / "templates"
_STATIC = ("board.css", "board.js", "icon.svg")
_MOST_NOTES = 20_000  # characters
_MOST_CHANGES = 300


def render_site(board: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each file of the site, as its path in the output folder and its content."""
    environment = _environment(board)
    yield "board.json", json.dumps(board, indent=1, ensure_ascii=True) + "\n"
    for name in _STATIC:
        yield name, _source(name)
    places = [place for artifact in board["artifacts"] for place in artifact["environments"].values()]
    columns = list(_columns(board))
    shared = {
        "board": board,
        "columns": columns,
        "artifacts": {artifact["artifact"] for artifact in board["artifacts"]},
        "environments": [name for _, name in columns],
        "follows": any(place["cluster"] for place in places),
        "ruled": any(phase["rule"] for phase in board["phases"]) or any(place["next"] for place in places),
        "most_notes": _MOST_NOTES,
        "most_changes": _MOST_CHANGES,
    }
    page = partial(_page, environment, shared)
    yield "index.html", page("index.html", "")
    yield "measures.html", page("measures.html", "")
    for artifact in board["artifacts"]:
        path = f"artifacts/{artifact['artifact']}.html"
        yield path, page("artifact.html", "../", artifact=artifact)
    for phase in board["phases"]:
        for name in phase["environments"]:
            yield f"environments/{name}.html", page("environment.html", "../", name=name, phase=phase)


def _page(
    environment: Environment, shared: Mapping[str, Any], template: str, root: str, **values: object
) -> str:
    return environment.get_template(template).render(**shared, template=template, root=root, **values)


def _columns(board: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the environments with their phases, in order."""
    for phase in board["phases"]:
        for environment in phase["environments"]:
            yield phase["name"], environment


def _environment(board: Mapping[str, Any]) -> Environment:
    environment = Environment(
        autoescape=True,
        loader=FunctionLoader(_source),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    now = float(board["made"])
    environment.filters |= {
        "day": day,
        "duration": time_span,
        "image_page": image_page,
        "counted": counted,
        "age": lambda time: time_span(now - time) if time else "",
        "link": allowed_url,
        "markdown": notes,
        "path": lambda name: quote(name, safe=""),
        "percent": lambda share: "" if share is None else f"{share * 100:.0f} %",
        "short": lambda text: str(text or "")[:19],
    }
    environment.globals |= {
        "charts": charts,
        "history": history_picture,
        "states": partial(states, board["phases"]),
    }
    return environment


def _source(name: str) -> str:
    return (_PACKAGE / name).read_text(encoding="utf-8")


def notes(text: str) -> Markup:
    """Convert Markdown to HTML, without raw HTML, images, and links other than http and https."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    parser.validateLink = lambda url: scheme(url) in ("http", "https")  # type: ignore[method-assign]
    return Markup(parser.render(text[:_MOST_NOTES]))


def states(phases: Sequence[Mapping[str, Any]], artifact: Mapping[str, Any]) -> list[str]:
    """Return the filters that match an artifact: each state with its phase, for example `drift:prod`.

    A state without a phase is true in any phase, or across phases.
    """
    every = [("", None), *((phase["name"], phase["environments"]) for phase in phases)]
    return [f"{state}:{phase}" for phase, environments in every for state in _states(artifact, environments)]


def _states(artifact: Mapping[str, Any], environments: Sequence[str] | None) -> list[str]:
    """Return the states in these environments, or in all environments for None."""
    places = [
        place
        for name, place in artifact["environments"].items()
        if environments is None or name in environments
    ]
    found = {
        "drift": any(place["drifts"] for place in places),
        "unknown": any(place["unknown"] for place in places),
        "promotion": bool(artifact["promotions"]),
        "waiting": bool(artifact["commits_since"]),
        "failing": any((place["cluster"] or {}).get("state") == Running.FAILING for place in places),
        "behind": any(place["version"] not in (None, artifact["release"]) for place in places),
        "different": len({place["version"] for place in places}) > 1,
    }
    return [state for state, holds in found.items() if holds]
