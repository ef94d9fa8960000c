# SPDX-License-Identifier: Apache-2.0
"""A client of HTTP/2 (RFC 9113) that may also say what no client should."""

import ssl

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.settings
from hyperframe.frame import Frame

from wire import connect, start_tls

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


class Client:
    """One connection, and what the server has said on it."""

    def __init__(self, port: int, authority, window: int = 65535):
        self.socket = start_tls(connect(port), authority, ["h2"])
        assert self.socket.selected_alpn_protocol() == "h2"
        configuration = h2.config.H2Configuration(header_encoding="utf-8", validate_outbound_headers=False)
        self.connection = h2.connection.H2Connection(configuration)
        self.events: list[h2.events.Event] = []
        self.is_closed = False
        self.connection.initiate_connection()
        self.connection.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: window})
        self.send()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, *frames: Frame):
        """What the connection has to say, and frames that it would not."""
        self._write(self.connection.data_to_send() + b"".join(frame.serialize() for frame in frames))

    def _write(self, data: bytes):
        try:
            self.socket.sendall(data)
        except (ConnectionError, ssl.SSLError):
            # Why the server has closed stands in what it said before.
            pass

    def request(self, path: str = "/", method: str = "GET", **headers: str) -> int:
        """Begins a request without a body: the number of its stream."""
        stream = self.connection.get_next_available_stream_id()
        fields = [(":method", method), (":scheme", "https"), (":authority", "localhost"), (":path", path)]
        more = [(name.replace("_", "-"), value) for name, value in headers.items()]
        self.connection.send_headers(stream, fields + more, end_stream=True)
        self.send()
        return stream

    def until(self, kind: type[h2.events.Event], stream: int | None = None) -> h2.events.Event:
        """The first event of a kind, waited for."""
        while True:
            for event in self.events:
                if isinstance(event, kind) and stream in (None, getattr(event, "stream_id", None)):
                    return event
            assert self.read(), f"{kind.__name__} did not come before the end: {self.events}"

    def read(self) -> bool:
        """Waits for more; false at the end of the connection."""
        try:
            data = self.socket.recv(1 << 16)
        except (ConnectionError, ssl.SSLEOFError):
            data = b""
        if not data:
            self.is_closed = True
            return False
        self.events += self.connection.receive_data(data)
        for event in self.events:
            if isinstance(event, h2.events.DataReceived) and event.flow_controlled_length:
                self.connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                event.flow_controlled_length = 0
        self._write(self.connection.data_to_send())
        return True

    def body(self, stream: int) -> bytes:
        """Of an answer that has ended."""
        data = (e for e in self.events if isinstance(e, h2.events.DataReceived) and e.stream_id == stream)
        return b"".join(event.data for event in data)

    def answer(self, stream: int) -> tuple[dict[str, str], bytes]:
        """Headers and body, waited for."""
        self.until(h2.events.StreamEnded, stream)
        return dict(self.until(h2.events.ResponseReceived, stream).headers), self.body(stream)

    def end(self) -> h2.errors.ErrorCodes | None:
        """Waits for the end of the connection: the code of its last GOAWAY."""
        while self.read():
            pass
        codes = [e.error_code for e in self.events if isinstance(e, h2.events.ConnectionTerminated)]
        return codes[-1] if codes else None
