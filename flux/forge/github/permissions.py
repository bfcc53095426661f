"""What a token needs, as GitHub calls it."""

CONTENTS = "contents: write"
ISSUES = "issues: write"
PULL_REQUESTS = "pull-requests: write"
ACTIONS = "actions: write"
ATTESTATIONS = "attestations: read"
METADATA = "metadata: read"
ADMINISTRATION = "administration: read"
