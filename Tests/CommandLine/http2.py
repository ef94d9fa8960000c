# SPDX-License-Identifier: Apache-2.0
"""A client of HTTP/2 (RFC 9113) that says what it is told to, be it right or wrong."""

import ssl
from collections.abc import Callable

from hpack import Decoder, Encoder
from hyperframe.frame import (
    DataFrame, Frame, GoAwayFrame, HeadersFrame, PingFrame, SettingsFrame, WindowUpdateFrame,
)

from wire import connect, start_tls

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
# Section 7.
NO_ERROR, PROTOCOL_ERROR, REFUSED_STREAM, CANCEL, COMPRESSION_ERROR, ENHANCE_YOUR_CALM = 0, 1, 7, 8, 9, 11


def fields(path: str = "/", method: str = "GET", **headers: str) -> list[tuple[str, str]]:
    begin = [(":method", method), (":scheme", "https"), (":authority", "localhost"), (":path", path)]
    return begin + [(name.replace("_", "-"), value) for name, value in headers.items()]


class Client:
    """One connection, and what the server has said on it."""

    def __init__(self, port: int, authority, window: int = 1 << 20):
        self.socket = start_tls(connect(port), authority, ["h2"])
        assert self.socket.selected_alpn_protocol() == "h2"
        self.encoder, self.decoder = Encoder(), Decoder()
        self.frames: list[Frame] = []
        self.answers: dict[int, dict[str, str]] = {}
        self.received = b""
        self.next_stream = 1
        self._write(PREFACE)
        self.send(SettingsFrame(0, settings={SettingsFrame.INITIAL_WINDOW_SIZE: window}))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, *frames: Frame):
        self._write(b"".join(frame.serialize() for frame in frames))

    def _write(self, data: bytes):
        try:
            self.socket.sendall(data)
        except (ConnectionError, ssl.SSLError):
            # Why the server has closed stands in what it said before.
            pass

    def request(self, path: str, method: str = "GET", **headers: str) -> int:
        """Asks without a body: the number of the stream."""
        stream, self.next_stream = self.next_stream, self.next_stream + 2
        self.send(self.headers(stream, "END_HEADERS", "END_STREAM", of=fields(path, method, **headers)))
        return stream

    def headers(self, stream: int, *flags: str, of: list[tuple[str, str]]) -> HeadersFrame:
        return HeadersFrame(stream, self.encoder.encode(of), flags=flags)

    def read(self) -> bool:
        """Waits for more; false at the end of the connection."""
        try:
            data = self.socket.recv(1 << 16)
        except (ConnectionError, ssl.SSLEOFError):
            data = b""
        self.received += data
        while len(self.received) >= 9:
            frame, length = Frame.parse_frame_header(memoryview(self.received[:9]))
            if len(self.received) < 9 + length:
                break
            frame.parse_body(memoryview(self.received[9 : 9 + length]))
            self.received = self.received[9 + length :]
            self._take(frame)
        return data != b""

    def _take(self, frame: Frame):
        self.frames.append(frame)
        if isinstance(frame, HeadersFrame):
            self.answers[frame.stream_id] = dict(self.decoder.decode(frame.data))
        elif isinstance(frame, DataFrame) and frame.data:
            # The connection has a window of its own.
            self.send(WindowUpdateFrame(0, window_increment=len(frame.data)))
        elif isinstance(frame, (PingFrame, SettingsFrame)) and "ACK" not in frame.flags:
            body = frame.opaque_data if isinstance(frame, PingFrame) else {}
            self.send(type(frame)(0, body, flags=["ACK"]))

    def until(self, is_wanted: Callable[[Frame], bool]) -> Frame:
        """The first such frame, waited for."""
        while True:
            for frame in self.frames:
                if is_wanted(frame):
                    return frame
            assert self.read(), f"the connection has ended: {self.frames}"

    def until_admitted(self):
        """Until the server has read this client's SETTINGS."""
        self.until(lambda frame: isinstance(frame, SettingsFrame) and "ACK" in frame.flags)

    def answer(self, stream: int) -> tuple[dict[str, str], bytes]:
        """Headers and body, waited for."""
        self.until(lambda frame: frame.stream_id == stream and "END_STREAM" in frame.flags)
        data = (frame.data for frame in self.frames if isinstance(frame, DataFrame) and frame.stream_id == stream)
        return self.answers[stream], b"".join(data)

    def farewell(self) -> GoAwayFrame:
        return self.until(lambda frame: isinstance(frame, GoAwayFrame))

    def end(self) -> int | None:
        """Waits for the end of the connection: the code of its last GOAWAY."""
        while self.read():
            pass
        codes = [frame.error_code for frame in self.frames if isinstance(frame, GoAwayFrame)]
        return codes[-1] if codes else None
