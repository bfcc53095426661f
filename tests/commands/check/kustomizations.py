"""Kustomizations, and what is found in them."""

from tests.commands.check.case import MAP, REMOTE, Case

KUSTOMIZATIONS = {
    # Kustomizations
    "good": Case(
        {"kustomization.yaml": "namePrefix: our-\nresources: [map.yaml]\n", "map.yaml": MAP}, [], {"": True}
    ),
    "good-in-every-spelling": Case(
        {
            "a/kustomization.yml": "resources: [map.yaml]\n",
            "a/map.yaml": MAP,
            "b/Kustomization": "resources: [../a]\ncomponents: [../c]\n",
            "c/kustomization.yaml": (
                "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: c-\n"
            ),
        },
        [],
        {"a": True, "b": True},
    ),
    "generators": Case(
        {
            "kustomization.yaml": (
                "configMapGenerator:\n- name: a\n  files: [x.conf, y=sub/y.conf]\n  envs: [z.env]\n"
                "patches:\n- path: patch.yaml\n- patch: |-\n    kind: ConfigMap\n    apiVersion: v1\n"
                "    metadata: {name: a}\n    data: {b: c}\n"
            ),
            "x.conf": "x",
            "sub/y.conf": b"\xff\0",
            "z.env": "A=b\n",
            "patch.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {d: e}\n",
        },
        [],
        {"": True},
    ),
    "outside": Case(
        {"kustomization.yaml": "resources:\n- map.yaml\n- ../good/map.yaml\n", "map.yaml": MAP},
        [
            "error kustomization.yaml:3: names ../good/map.yaml, which is outside of the artifact: "
            "no cluster gets it"
        ],
    ),
    "outside-folder": Case(
        {"prod/kustomization.yaml": "resources:\n  - ../../good\n"},
        [
            "error prod/kustomization.yaml:2: names ../../good, which is outside of the artifact: "
            "no cluster gets it"
        ],
        {"prod": True},  # here, but not in a cluster
    ),
    "outside-absolute": Case(
        {"kustomization.yaml": "resources: [/etc/hostname]\n"},
        [
            "error kustomization.yaml:1: names /etc/hostname, which is outside of the artifact: "
            "no cluster gets it"
        ],
    ),
    "missing": Case(
        {"kustomization.yaml": "resources:\n- map.yaml\npatches:\n- path: nope.yaml\n", "map.yaml": MAP},
        ["error kustomization.yaml:4: names nope.yaml, which does not exist"],
        {"": False},
    ),
    "left-out": Case(
        {
            "kustomization.yaml": (
                "configMapGenerator:\n- name: a\n  files:\n  - image.png\n  - logo=sub/l.jpg\n"
            ),
            "image.png": b"\x89PNG",
            "sub/l.jpg": "x",
        },
        [
            "error kustomization.yaml:4: names image.png, which Flux leaves out of the image",
            "error kustomization.yaml:5: names sub/l.jpg, which Flux leaves out of the image",
        ],
        {"": True},  # here, but not in a cluster
    ),
    "left-out-by-us": Case(
        {"kustomization.yaml": "resources: [docs.yaml]\n", "docs.yaml": MAP},
        ["error kustomization.yaml:1: names docs.yaml, which Flux leaves out of the image"],
    ),
    "unknown-field": Case(
        {"kustomization.yaml": "resource: [map.yaml]\n", "map.yaml": MAP},
        ['error kustomization.yaml: not rendered: invalid Kustomization: json: unknown field "resource"'],
        {"": False},
    ),
    "two-of-them": Case(
        {"kustomization.yaml": "resources: []\n", "kustomization.yml": "resources: []\n"},
        ["error kustomization.y…: not rendered: Found multiple kustomization files under: …"],
        {"": False},
    ),
    "patch-of-nothing": Case(
        {
            "kustomization.yaml": "resources: [map.yaml]\npatches: [{path: patch.yaml}]\n",
            "map.yaml": MAP,
            "patch.yaml": MAP.replace("map", "other"),
        },
        ["error kustomization.yaml: not rendered: no resource matches strategic merge patch …"],
        {"": False},
    ),
    "an-error-of-many-lines": Case(
        {
            "kustomization.yaml": 'resources: [map.yaml]\npatches: [{patch: "{", target: {kind: X}}]\n',
            "map.yaml": MAP,
        },
        [
            "error kustomization.yaml: not rendered: trouble configuring builtin PatchTransformer …"
            'unable to parse SM or JSON patch from [patch: "{"]'
        ],
        {"": False},
    ),
    "cycle": Case(
        {"kustomization.yaml": "resources: [.]\n"},
        ["error kustomization.yaml: not rendered: …cycle detected: …"],
        {"": False},
    ),
    "folder-without-one": Case(
        {"kustomization.yaml": "resources: [sub]\n", "sub/map.yaml": MAP},
        ["error kustomization.yaml: not rendered: …couldn't make target for path 'sub'…"],
        {"": False},
    ),
    "empty-kustomization": Case(
        {"kustomization.yaml": ""},
        ["error kustomization.yaml: not rendered: kustomization.yaml is empty"],
        {"": False},
    ),
    "no-mapping": Case(
        {"kustomization.yaml": "- map.yaml\n"},
        ["error kustomization.yaml: not a kustomization: it is not a mapping"],
        {"": False},
    ),
    "odd-scalars": Case(
        {"kustomization.yaml": "namePrefix: 2001-99-99-\nresources: [map.yaml]\n", "map.yaml": MAP},
        [],
        {"": True},
    ),
    # What is not in this repository
    "remote": Case(
        {
            "kustomization.yaml": (
                "resources:\n- https://example.invalid/a.yaml\n- github.com/org/repo?ref=v1\n"
                "- git@github.com:org/repo.git\n- ssh://git@example.invalid/org/repo//sub?ref=x\n"
                "- https://github.com/org/repo//sub?ref=x\n- HTTPS://example.invalid/b.yaml\n"
                "- GitHub.com/org/repo\n- org-1@github.com:org/repo.git\n- file:///nowhere/repo.git\n"
            )
        },
        [
            f"warning kustomization.yaml:2: names https://example.invalid/a.yaml, {REMOTE}",
            f"warning kustomization.yaml:3: names github.com/org/repo?ref=v1, {REMOTE}",
            f"warning kustomization.yaml:4: names git@github.com:org/repo.git, {REMOTE}",
            f"warning kustomization.yaml:5: names ssh://git@example.invalid/org/repo//sub?ref=x, {REMOTE}",
            f"warning kustomization.yaml:6: names https://github.com/org/repo//sub?ref=x, {REMOTE}",
            f"warning kustomization.yaml:7: names HTTPS://example.invalid/b.yaml, {REMOTE}",
            f"warning kustomization.yaml:8: names GitHub.com/org/repo, {REMOTE}",
            f"warning kustomization.yaml:9: names org-1@github.com:org/repo.git, {REMOTE}",
            f"warning kustomization.yaml:10: names file:///nowhere/repo.git, {REMOTE}",
        ],
    ),
    "remote-everywhere": Case(
        {
            "kustomization.yaml": (
                "configMapGenerator:\n- name: a\n  files: [http://example.invalid/1, k=http://example.invalid/2]\n"
                "  envs: [http://example.invalid/3]\npatches: [{path: http://example.invalid/4}]\n"
                "components: [http://example.invalid/5]\ntransformers: [http://example.invalid/6]\n"
                "crds: [http://example.invalid/7]\nopenapi: {path: http://example.invalid/8}\n"
            )
        },
        [
            f"warning kustomization.yaml:{line}: names http://example.invalid/{number}, {REMOTE}"
            for number, line in ((5, 6), (7, 8), (6, 7), (4, 5), (1, 3), (2, 3), (3, 4), (8, 9))
        ],
    ),
    "on-a-remote": Case(
        {
            "base/kustomization.yaml": "resources: [https://example.invalid/a.yaml]\n",
            "middle/kustomization.yaml": "resources: [../base]\n",
            # Cannot be rendered without the base, and that is nobody's fault.
            "prod/kustomization.yaml": (
                "resources: [../middle]\npatches:\n- target: {kind: Deployment, name: its}\n"
                "  patch: '[{op: remove, path: /spec}]'\n"
            ),
            "other/kustomization.yaml": "resources: [map.yaml]\n",
            "other/map.yaml": MAP,
        },
        [f"warning base/kustomization.yaml:1: names https://example.invalid/a.yaml, {REMOTE}"],
        {"other": True},
    ),
}
