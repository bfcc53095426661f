"""The cluster of the demo: a script that reads a tag, and reports what it runs, as Flux does."""

DEMO_PATH = ".demo/cluster.py"
REPORTER = "demo-cluster"
CLUSTER = "demo"
WORD = ".forge/word.json"

SCRIPT = f'''\
"""A cluster of the demo: python3 {DEMO_PATH} ARTIFACT ENVIRONMENT success|failure"""

import json
import sys
import time
from datetime import datetime, timezone
from pathlib import Path

artifact, environment, state = sys.argv[1:]
layout = Path(".registry") / artifact
tags = {{
    entry.get("annotations", {{}}).get("org.opencontainers.image.ref.name"): entry["digest"]
    for entry in json.loads((layout / "index.json").read_text())["manifests"]
}}
digest = tags[environment]
manifest = json.loads((layout / "blobs" / digest.replace(":", "/")).read_text())
print(
    json.dumps(
        {{
            "id": time.time_ns(),
            "sha": manifest["annotations"]["org.opencontainers.image.revision"].rpartition(":")[2],
            "context": f"flux/{{artifact.replace('/', '-')}}/{{environment}}@{{digest}}/{CLUSTER}",
            "state": state,
            "description": f"reconciliation {{state}}",
            "created_at": datetime.now(timezone.utc).isoformat(),
            "sender": {{"login": "{REPORTER}"}},
        }}
    )
)
'''
