"""A forge without a server: Markdown files under `.forge/`, and the clone's own branches and tags.

People tick a box by editing `.forge/issues/3.md`, and merge with `git merge`.
"""

from flux.forge.local.branches import ForgeBranches
from flux.forge.local.issues import Issues
from flux.forge.local.releases import Releases
from flux.forge.local.reporting import Reporting
from flux.forge.local.workflows import Workflows


class LocalForge(Releases, Workflows, Issues, ForgeBranches, Reporting):
    """The forge of the clone at `root`."""

    tells_edits = False
