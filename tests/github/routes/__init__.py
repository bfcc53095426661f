"""What answers each operation, by subject. Importing this registers all of them."""

from tests.github.routes import (
    actions as actions,
)
from tests.github.routes import (
    activity as activity,
)
from tests.github.routes import (
    attestations as attestations,
)
from tests.github.routes import (
    checks as checks,
)
from tests.github.routes import (
    commits as commits,
)
from tests.github.routes import (
    contents as contents,
)
from tests.github.routes import (
    deployments as deployments,
)
from tests.github.routes import (
    gitdata as gitdata,
)
from tests.github.routes import (
    issues as issues,
)
from tests.github.routes import (
    labels as labels,
)
from tests.github.routes import (
    protection as protection,
)
from tests.github.routes import (
    pulls as pulls,
)
from tests.github.routes import (
    releases as releases,
)
from tests.github.routes import (
    repos as repos,
)
from tests.github.routes import (
    safeguards as safeguards,
)
from tests.github.routes import (
    statuses as statuses,
)
