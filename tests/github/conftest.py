from tests.github.fixtures import github as github
from tests.github.fixtures import monorepo as monorepo
from tests.github.fixtures import run_github as run_github
