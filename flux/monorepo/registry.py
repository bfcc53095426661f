"""The registry that the settings name, and the publisher that pushes there."""

from flux.errors import RequestError
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.repositories import naming_of
from flux.monorepo.source_url import source_url
from flux.registry import host_of, open_registry
from flux.registry.dry import DryRegistry
from flux.registry.naming import NamedRegistry
from flux.registry.target import Registry


def open_target_registry(monorepo: Monorepo, reads_only: bool) -> Registry:
    """Open the registry, with the publisher that the settings name. With `reads_only`, nothing is pushed.

    If the settings name no registry, a job on github.com uses that of its GitHub repository. Raises
    RequestError in a job whose registry is the default folder, which is lost when the job ends. Also raises
    it for a publisher that is missing or cannot push there.
    """
    settings = monorepo.settings
    location = _location(monorepo)
    registry: Registry = open_registry(location, monorepo.git.root, settings.jobs, settings.insecure)
    if settings.publisher == "flux":
        from flux.registry.flux_cli.cli import FluxCli
        from flux.registry.flux_cli.registry import FluxRegistry, require_possible

        require_possible(location, settings.insecure, source_url(monorepo))
        cli = FluxCli(settings.flux_version, settings.provider)
        if not reads_only:
            cli.require()
        registry = FluxRegistry(registry, cli)
    named = NamedRegistry(registry, naming_of(monorepo))
    return DryRegistry(named) if reads_only else named


def written_registry(monorepo: Monorepo) -> Registry:
    """Return the registry as it is, without what a dry run would have written to it."""
    registry = monorepo.registry
    return registry.registry if isinstance(registry, DryRegistry) else registry


def unnamed_registry(monorepo: Monorepo) -> Registry:
    """Return the registry with its own names of repositories and tags, whatever the settings say."""
    registry = written_registry(monorepo)
    return registry.registry if isinstance(registry, NamedRegistry) else registry


def renamed_registry(monorepo: Monorepo, before: Monorepo) -> Registry:
    """Return the registry of `before` for reading, with the names that the settings of `monorepo` say.

    Both use the same connections.
    """
    return DryRegistry(NamedRegistry(unnamed_registry(before), naming_of(monorepo)))


def workers(monorepo: Monorepo) -> int:
    """Return how many threads read from the registry. Threads help to wait for a server; with files of this
    machine they only wait for each other."""
    settings = monorepo.settings
    return settings.jobs if host_of(settings.registry) or _takes_packages(monorepo) else 1


def _takes_packages(monorepo: Monorepo) -> bool:
    """Whether this is a job that uses its GitHub repository's registry, because the settings name none."""
    settings = monorepo.settings
    return monorepo.event.actions and not host_of(settings.registry) and "registry" not in settings.named


def _location(monorepo: Monorepo) -> str:
    settings, event = monorepo.settings, monorepo.event
    if not _takes_packages(monorepo):
        return settings.registry
    if event.packages is None:
        raise RequestError(
            f"the registry is the folder {settings.registry}, which is lost when this job ends",
            "set `registry: oci://...` in invoke.yaml, or name the folder there to use it anyway",
        )
    return event.packages
