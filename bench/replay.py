"""Sends recorded requests with the least work possible: `python replay.py HOST FILE CONNECTIONS`.

The bodies are ready, and the CONNECTIONS are reused. Repositories are sent in parallel, the requests of one
repository in order. It fails if an answer has another status than before.
"""

import marshal
import sys
from http.client import HTTPConnection
from queue import Empty, SimpleQueue
from threading import Thread

Request = tuple[str, str, dict[str, str], bytes, int]
"""Method, path, headers, body, and the status of the answer.

The path is only `?digest=...` if the request goes to the location from the answer before.
"""


def work(host: str, repositories: "SimpleQueue[list[Request]]", failures: list[str]) -> None:
    connection = HTTPConnection(host)
    try:
        while not failures:
            location = ""
            for method, path, headers, body, status in repositories.get_nowait():
                if path.startswith("?"):
                    path = f"{location}{'&' if '?' in location else '?'}{path[1:]}"
                connection.request(method, path, body or None, headers)
                response = connection.getresponse()
                response.read()
                location = response.headers.get("Location", "").removeprefix(f"http://{host}")
                if response.status != status:
                    failures.append(f"{method} {path}: {response.status}, not {status}")
                    return
    except Empty:
        pass
    except OSError as error:
        failures.append(str(error))
    finally:
        connection.close()


def main(host: str, file: str, connections: int) -> int:
    repositories: SimpleQueue[list[Request]] = SimpleQueue()
    with open(file, "rb") as recorded:  # noqa: PTH123 (pathlib would be one import more)
        for requests in marshal.load(recorded):
            repositories.put(requests)
    failures: list[str] = []
    threads = [Thread(target=work, args=(host, repositories, failures)) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
