"""The registry that the settings name, for who pushes there."""

from flux.errors import RequestError
from flux.event import Event
from flux.git.clone import Clone
from flux.registry import open_registry
from flux.registry.dry import DryRegistry
from flux.registry.target import Registry
from flux.settings import Settings


def open_target_registry(repository: Clone, settings: Settings, event: Event, dry_run: bool) -> Registry:
    """The registry to push to, with its publisher: where nobody says in a job on github.com, its own.

    Raises RequestError on a CI runner for one that would be gone with it, and where the publisher is missing
    or cannot push to it.
    """
    location = settings.registry
    if event.actions and "://" not in location and "registry" not in settings.named:
        if event.packages is None:
            raise RequestError(
                f"the registry is the folder {location}, which is gone when this job ends",
                "set `registry: oci://...` in invoke.yaml, or name the folder there to use it all the same",
            )
        location = event.packages
    registry = open_registry(location, repository.root, settings.jobs, settings.insecure)
    if settings.publisher == "flux":
        from flux.monorepo.sources import source_url
        from flux.registry.flux_cli.cli import FluxCli
        from flux.registry.flux_cli.registry import FluxRegistry, require_possible

        require_possible(location, settings.insecure, source_url(repository, settings))
        cli = FluxCli(settings.flux_version, settings.provider)
        if not dry_run:
            cli.require()
        registry = FluxRegistry(registry, cli)
    return DryRegistry(registry) if dry_run else registry
