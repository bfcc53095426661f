"""Release and promote Flux OCI artifacts from one monorepo."""
