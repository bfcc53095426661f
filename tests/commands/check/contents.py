"""Files and names of artifacts, and what is found in them."""

from tests.commands.check.case import CHART, LFS, MAP, PLAIN, SECRET, TEMPLATE, Case

CONTENTS = {
    # YAML
    "syntax": Case(
        {"a.yaml": "a: 1\nb: [1\nc: 2\n"}, ["error a.yaml:3: not YAML: did not find expected ',' or ']'"]
    ),
    "syntax-deep-inside": Case(
        {"sub/dir/a.yml": f"{MAP}---\n# comment\na: 1\n b: 2\n"},
        ["error sub/dir/a.yml:7: not YAML: mapping values are not allowed in this context"],
    ),
    "syntax-of-a-kustomization": Case(
        {"Kustomization": "resources: [\n"},
        [
            "error Kustomization:2: not YAML: did not find expected node content",
            "error Kustomization: not a kustomization: it is not a mapping",
        ],
        {"": False},
    ),
    "tab": Case(
        {"a.yaml": "a: 1\nb:\n\tc: 2\n"},
        ["error a.yaml:3: not YAML: found character that cannot start any token"],
    ),
    "control-character": Case(
        {"a.yaml": "a: 1\nb: \x07\n"},
        ["error a.yaml:2: not YAML: unacceptable character #x0007: control characters are not allowed"],
    ),
    "alias": Case({"a.yaml": "a: 1\nb: *x\n"}, ["error a.yaml:2: not YAML: found undefined alias"]),
    "twice": Case(
        {"a.yaml": f"{MAP}data:\n  a: x\n  b: y\n  a: z\n", "b.yaml": "a:\n- {b: 1, 'b': 2}\na: 1\n"},
        [
            "error a.yaml:7: key 'a' appears twice",
            "error b.yaml:2: key 'b' appears twice",
            "error b.yaml:3: key 'a' appears twice",
        ],
    ),
    "latin-1": Case({"a.yaml": b"a: 1\nb: caf\xe9\n"}, ["error a.yaml:2: not UTF-8"]),
    "utf-16": Case({"a.yaml": "a: 1\n".encode("utf-16")}, ["error a.yaml:1: not UTF-8"]),
    "byte-order-mark": Case({"a.yaml": b"\xef\xbb\xbf" + MAP.encode()}),
    "windows": Case({"a.yaml": MAP.replace("\n", "\r\n")}),
    "aliases-without-end": Case({"kustomization.yaml": "resources: []\n", "a.yaml": "a: &a [*a]\n"}),
    "aliases-of-aliases": Case(
        {
            "notes.txt": "no kustomization names it",
            "kustomization.yaml": "resources: []\n",
            "bomb.yaml": "a0: &a0 [x]\n"
            + "".join(f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(30)),
        },
        [],
        {"": True},
    ),
    "nested-too-deep": Case({"a.yaml": "[" * 100_000}, ["error a.yaml…: not YAML: …"]),
    "nested-deep": Case({"kustomization.yaml": "resources: []\n", "a.yaml": "[" * 150 + "]" * 150}, []),
    # A folder without a kustomization: all its manifests
    "manifests": Case({"a.yaml": MAP, "sub/b.yml": MAP.replace("map", "other"), "c.txt": "{{"}),
    "values": Case(
        {"a.yaml": MAP, "values.yaml": "replicas: 1\n"},
        ["error .: not rendered: …values.yaml…missing Resource metadata…"],
    ),
    "same-object-twice": Case(
        {"a.yaml": MAP, "b.yaml": MAP}, ["error .: not rendered: …already registered id: ConfigMap…"]
    ),
    "nothing-in-it": Case({"a.yaml": "", "b.yaml": "# later\n", "c.yaml": "---\n---\n", "README.md": "x"}),
    "no-manifest": Case({"README.md": "x"}),
    # Helm charts
    "chart": Case(
        {
            "kustomization.yaml": "resources: []\n",
            "chart/Chart.yaml": CHART,
            "chart/templates/a.yaml": TEMPLATE,
            "chart/templates/tests/b.yaml": TEMPLATE,
            "chart/charts/sub/Chart.yaml": CHART,
            "chart/charts/sub/templates/c.yaml": TEMPLATE,
        },
        [],
        {"": True},
    ),
    "templates-of-no-chart": Case(
        {"kustomization.yaml": "resources: []\n", "templates/a.yaml": TEMPLATE},
        ["error templates/a.yaml:1: not YAML: …"],
        {"": True},
    ),
    "chart-that-flux-would-apply": Case(
        {"Chart.yaml": CHART, "templates/a.yaml": TEMPLATE}, ["error .: not rendered: …Chart.yaml…"]
    ),
    # Secrets
    "secrets": Case(
        {
            "a.yaml": f"{SECRET}data:\n  a: Yg==\n",
            "b.yaml": f"{MAP}---\n{SECRET.replace('secret', 'b')}stringData:\n  a: b\n",
            "c.yaml": (
                "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n"
                "  metadata: {name: c}\n  data: {a: Yg==}\n"
            ),
        },
        [
            f"warning a.yaml:5: a Secret has its data {PLAIN}",
            f"warning b.yaml:9: a Secret has its stringData {PLAIN}",
            f"warning c.yaml:7: a Secret has its data {PLAIN}",
        ],
    ),
    "secret-list": Case(
        {
            "a.yaml": (
                "apiVersion: v1\nkind: SecretList\nitems:\n- apiVersion: v1\n  kind: Secret\n"
                "  metadata: {name: c}\n  data: {a: Yg==}\n"
            ),
        },
        [f"warning a.yaml:7: a Secret has its data {PLAIN}"],
    ),
    "no-secrets": Case(
        {
            "a.yaml": f"{SECRET}stringData:\n  a: ENC[AES256_GCM,data:eA==,type:str]\nsops:\n  mac: x\n",
            "b.yaml": f"{SECRET.replace('secret', 'b')}data: {{}}\n",
            "c.yaml": f"{MAP}data:\n  kind: Secret\n",
        }
    ),
    # What a cluster would get otherwise
    "lfs": Case(
        {"kustomization.yaml": "resources: []\n", "model.bin": LFS},
        ["error model.bin: is a Git LFS pointer, not the file it stands for"],
        {"": True},
    ),
    "symlink": Case(
        {"kustomization.yaml": "resources: [link.yaml]\n", "map.yaml": MAP},
        [
            "error link.yaml: is a symlink, which Flux leaves out of the image",
            "error kustomization.yaml:1: names link.yaml, which Flux leaves out of the image",
        ],
        {"": True},  # here, but not in a cluster
    ),
    "submodule": Case(
        {"kustomization.yaml": "resources: []\n"},
        ["error module: is a submodule, whose files are not in this repository"],
        {"": True},
    ),
    "checkout": Case(
        {"kustomization.yaml": "resources: []\n", ".gitattributes": "*.sh eol=crlf\n", "a.sh": "x\n"},
        [
            "error a.sh: changes when it is checked out: attribute eol=crlf, "
            "and the file has lines that end in LF"
        ],
        {"": True},
    ),
    # Names
    "Capital": Case(
        {"a.yaml": MAP},
        [
            "error .: cannot be an OCI repository: the name has 'C' at character 1; "
            "allowed are a-z, 0-9 and . _ - between them"
        ],
    ),
    "sp ace": Case(
        {"a.yaml": MAP},
        [
            "error .: cannot be an OCI repository: the name has ' ' at character 3; "
            "allowed are a-z, 0-9 and . _ - between them"
        ],
    ),
    "dots..": Case(
        {"a.yaml": MAP},
        [
            "error .: cannot be an OCI repository: the name needs a letter or digit at both ends "
            "and a single separator (. _ __ or dashes) between them"
        ],
    ),
    "x" * 129: Case(
        {"a.yaml": MAP},
        ["error .: cannot be an OCI repository: the name is longer than 128 characters"],
    ),
    "a-v1.0.0": Case(
        {"a.yaml": MAP},
        ["error .: its release tags would be read as another artifact's: the name looks like a version"],
    ),
    "a--b__c.d": Case({"a.yaml": MAP}),
    "-a": Case(
        {"a.yaml": MAP},
        [
            "error .: cannot be an OCI repository: the name needs a letter or digit at both ends "
            "and a single separator (. _ __ or dashes) between them"
        ],
    ),
}
