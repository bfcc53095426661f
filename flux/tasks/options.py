"""The help of options that several commands have."""

ARTIFACT = "only this artifact; repeat it, or separate names with commas"
SINCE = "compare with this commit; in a terminal, by default with what origin has"
JSON = "print one JSON document"
DIGESTS = "write the digests of the images to this file, for `inv sign`"
WIDE = "show full digests in tables"
DRY_RUN = "show what would be done, write nothing"
