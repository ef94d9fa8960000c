# SPDX-License-Identifier: Apache-2.0
"""A TCP proxy that stands for the network between a browser and the server: it can lose what passes through it."""

import contextlib
import socket
import struct
import threading
import time

CHUNK = 64 * 1024
# Of a narrow way: little waits in it, so that the sender soon has to.
NARROW_CHUNK = 1024
NARROW_BUFFER = 8 * 1024


class Proxy:
    """Passes connections to `listen` on to `target`, both (address, port), until told otherwise."""

    def __init__(self, listen, target, narrow=False):
        self.target = target
        self.narrow = narrow
        # Bytes a second that each connection carries from the target; None for all there are.
        self.rate = None
        self.accepted = 0
        # How many connections there may be at the same time.
        self.limit = None
        self._open = 0
        self._lock = threading.Lock()
        self._pairs = []
        self._stranded = set()
        self._flowing = threading.Event()
        self._flowing.set()
        self._listener = socket.create_server(listen)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return  # Closed: the test is over.
            try:
                server = self._connect()
            except OSError:
                client.close()
                continue
            with self._lock:
                self.accepted += 1
                self._pairs.append((client, server))
                self._open += 1
                is_over = self.limit is not None and self._open > self.limit
            threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()
            if is_over:
                # Both ends are told that there is no more.
                for end in (client, server):
                    with contextlib.suppress(OSError):
                        end.shutdown(socket.SHUT_RDWR)

    def _connect(self):
        server = socket.socket()
        if self.narrow:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW_BUFFER)
        server.connect(self.target)
        return server

    def _pass_on(self, client, server):
        for end in (client, server):
            with contextlib.suppress(OSError):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        back = threading.Thread(target=self._pump, args=(server, client, True), daemon=True)
        back.start()
        self._pump(client, server)
        back.join()
        with self._lock:
            self._open -= 1

    def _pump(self, source, sink, is_downlink=False):
        with contextlib.suppress(OSError):
            while data := source.recv(NARROW_CHUNK if self.narrow else CHUNK):
                self._flowing.wait()
                if is_downlink and (rate := self.rate):
                    time.sleep(len(data) / rate)
                if source in self._stranded:
                    continue
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def throttle(self, rate):
        """The way from the target carries so many bytes a second for each connection; None: as many as there are."""
        assert self.narrow, "what waits in here would hide it for seconds"
        self.rate = rate

    def cut(self):
        """Resets every connection; new ones are accepted. Returns how many there were."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    # Linger 0: close sends RST. The shutdown wakes the thread that reads.
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    end.shutdown(socket.SHUT_RD)
                end.close()
        return len(pairs)

    def strand(self):
        """Connections stay open and what they carry is lost from now on; new ones work, as after a change of networks."""
        with self._lock:
            self._stranded.update(end for pair in self._pairs for end in pair)

    def fail(self):
        """Every connection is cut, and nothing passes through new ones."""
        self.freeze()
        return self.cut()

    def freeze(self):
        """Connections stay open and nothing passes, as when a cable is pulled."""
        self._flowing.clear()

    def thaw(self):
        self._flowing.set()

    def close(self):
        # Closing alone does not wake accept().
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.thaw()
        self.cut()
