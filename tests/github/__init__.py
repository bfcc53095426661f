"""A GitHub to test against: its REST API over plain HTTP on loopback, its git data in a real bare repository.

`fixtures.py` is where a test comes in; `server.py` has what one can do with a running server. `tests/` has
the server's own tests, by what is asked of it.
"""
