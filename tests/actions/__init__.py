"""GitHub Actions to test against: act runs the workflows of this repository as they are, where an event of
the test GitHub (`tests/github`) starts them.

`driver.py` is where a test comes in; what a runner fetches from elsewhere has a stand-in in `standins/`.
"""
