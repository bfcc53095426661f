"""The help of options that several commands have."""

ARTIFACT = "only this artifact; repeatable, or several with commas between"
SINCE = "compare with this commit, not with what the event says"
JSON = "print one JSON document"
DIGESTS = "write the digests of the images to this file, for `inv sign`"
WIDE = "show whole digests in tables"
DRY_RUN = "show what would be done, write nothing"
