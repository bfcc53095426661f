"""A TCP proxy that simulates a distant host: `python -m bench.proxy HOST PORT SECONDS` prints its own port.

Every byte takes SECONDS in either direction. The first bytes of a client take one more round trip, as when a
connection is set up. Bandwidth is not limited.
"""

import asyncio
import sys
from contextlib import suppress

_CHUNK = 1 << 16


async def serve(host: str, port: int, seconds: float) -> None:
    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected = asyncio.get_running_loop().time() + 2 * seconds
        upstream = await asyncio.open_connection(host, port)
        await asyncio.gather(
            _carry(reader, upstream[1], seconds, connected), _carry(upstream[0], writer, seconds, 0)
        )

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def _carry(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float, earliest: float
) -> None:
    """Forward each chunk `seconds` after it arrived. No chunk counts as arrived before `earliest`."""
    loop = asyncio.get_running_loop()
    on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def deliver() -> None:
        while True:
            due, chunk = await on_the_way.get()
            await asyncio.sleep(due - loop.time())
            if not chunk:
                break
            writer.write(chunk)

    delivery = asyncio.create_task(deliver())
    with suppress(ConnectionError):  # either end may close at any time
        while chunk := await reader.read(_CHUNK):
            on_the_way.put_nowait((max(loop.time(), earliest) + seconds, chunk))
    on_the_way.put_nowait((loop.time() + seconds, b""))
    await delivery
    with suppress(ConnectionError):
        writer.close()
        await writer.wait_closed()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
