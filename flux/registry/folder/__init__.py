"""Images in folders of OCI image layouts."""
