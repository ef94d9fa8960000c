# SPDX-License-Identifier: Apache-2.0
"""A firewall that inspects TLS, as companies have them."""

import asyncio
import contextlib
import ssl
import threading

CHUNK = 64 * 1024


class Inspector:
    """Shows a certificate of its own, looks into what comes, and passes on what it takes for the Web.

    Everything else it cuts off. `websockets` says whether those are the Web, too.
    """

    def __init__(self, listen, target, certificate, key, name, authority, websockets):
        self._target = target
        self._name = name
        self._websockets = websockets
        self._inward = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._inward.load_cert_chain(certificate, key)
        self._outward = ssl.create_default_context(cafile=str(authority))
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._server = self._do(asyncio.start_server(self._inspect, *listen, ssl=self._inward))

    def _do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _inspect(self, reader, writer):
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError):
            first = await reader.readexactly(1)
            head = first + await reader.readuntil(b"\r\n\r\n") if first.isalpha() else b""
            if self._passes(head):
                ends = await asyncio.open_connection(*self._target, ssl=self._outward, server_hostname=self._name)
                ends[1].write(head)
                await asyncio.gather(pump(reader, ends[1]), pump(ends[0], writer))
        writer.close()

    def _passes(self, head):
        return bool(head) and (self._websockets or b"upgrade: websocket" not in head.lower())

    def close(self):
        async def end():
            self._server.close()
            rest = asyncio.all_tasks() - {asyncio.current_task()}
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)

        self._do(end())
        self._loop.call_soon_threadsafe(self._loop.stop)


async def pump(reader, writer):
    with contextlib.suppress(OSError, ssl.SSLError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    writer.close()
