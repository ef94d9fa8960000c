#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns what was seen on the wire into inputs of the fuzz targets: seeds.py CAPTURE SIGNALING DIRECTORY.

CAPTURE is a pcap file of the loopback device, SIGNALING the messages that the app sent, one a line. What an input of a
target looks like is said where Sources/Targets has it.
"""

import hashlib
import re
import struct
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

COOKIE = b"\x21\x12\xa4\x42"
PROXY_SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
REPOSITORY = Path(__file__).parent.parent
# Of one kind of message, or of connections that begin alike.
SEEDS_OF_A_KIND = 2


class Seeds:
    def __init__(self, directory):
        self.directory = directory
        self.kinds = defaultdict(int)

    def add(self, target, kind, data):
        """Keeps the first few of a kind."""
        if not data or self.kinds[target, kind] >= SEEDS_OF_A_KIND:
            return
        self.kinds[target, kind] += 1
        folder = self.directory / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)


# MARK: Captures


def packets(capture):
    """The payloads of a capture of Ethernet frames: protocol, source, destination, TCP sequence number, payload."""
    position = 24
    while position + 16 <= len(capture):
        length = struct.unpack_from("<I", capture, position + 8)[0]
        frame = capture[position + 16 : position + 16 + length]
        position += 16 + length
        if packet := transport_packet(frame):
            yield packet


def transport_packet(frame):
    kind = frame[12:14]
    if kind == b"\x08\x00":
        start, protocol, addresses = 14 + (frame[14] & 15) * 4, frame[23], (frame[26:30], frame[30:34])
        end = 14 + struct.unpack_from("!H", frame, 16)[0]
    elif kind == b"\x86\xdd":
        start, protocol, addresses = 54, frame[20], (frame[22:38], frame[38:54])
        end = 54 + struct.unpack_from("!H", frame, 18)[0]
    else:
        return None
    segment = frame[start:end]
    if len(segment) < 8 or protocol not in (6, 17):
        return None
    source, destination = struct.unpack_from("!HH", segment)
    ends = (addresses[0], source), (addresses[1], destination)
    if protocol == 17:
        return "udp", *ends, 0, segment[8:]
    return "tcp", *ends, struct.unpack_from("!I", segment, 4)[0], segment[(segment[12] >> 4) * 4 :]


def conversations(capture):
    """Pieces that went one way between two ends, in order."""
    found, following = defaultdict(list), {}
    for protocol, source, destination, sequence, payload in packets(capture):
        flow = protocol, source, destination
        if not payload or protocol == "tcp" and following.get(flow, sequence) != sequence:
            continue
        following[flow] = (sequence + len(payload)) & 0xFFFFFFFF
        found[flow].append(payload)
    return found


# MARK: Messages


def is_stun(data):
    return len(data) >= 20 and data[0] < 4 and data[4:8] == COOKIE


def frames(stream):
    """STUN messages and ChannelData of a stream, as far as they are whole."""
    while len(stream) >= 4 and (stream[0] < 4 or 0x40 <= stream[0] < 0x80):
        length = struct.unpack_from("!H", stream, 2)[0]
        size = 20 + length if stream[0] < 4 else 4 + (length + 3 & ~3)
        if len(stream) < size:
            return
        yield stream[:size]
        stream = stream[size:]


def kind_of(message):
    """Type and attributes of a message."""
    if not is_stun(message):
        return "channel data", len(message) % 4
    kind, position = [message[:2]], 20
    while position + 4 <= len(message):
        number, length = struct.unpack_from("!HH", message, position)
        kind.append(number)
        position += 4 + (length + 3 & ~3)
    return tuple(kind)


# MARK: Targets


def counted(data):
    return struct.pack("!H", len(data)) + data


def add_messages(seeds, messages):
    for message in messages:
        if len(message) <= 1500:
            seeds.add("codec", kind_of(message), message)
            seeds.add("configuration", ("hex", kind_of(message)[:1]), b"\x04" + message.hex().encode())


def add_stream(seeds, stream):
    # Whole, and cut into pieces of 7 and 100 bytes.
    for head in (b"\0\0", b"\0\x02\x06\x63"):
        seeds.add("framing", (head, stream[:2], kind_of(stream)[:3]), head + stream[:3000])


def add_connection(seeds, first):
    # Everything is served; behind a proxy when there is a header.
    flags = 0b11111 if first.startswith((b"PROXY", PROXY_SIGNATURE[:5])) else 0b01111
    kind = first[:3]
    for head in (bytes([flags, 0]), bytes([flags, 1, 4])):
        seeds.add("connection", (head, kind), head + first[:600])


def add_relay(seeds, messages):
    """A client says again what another said, with credentials of its own, in a closed and in an open relay."""
    kinds = tuple(dict.fromkeys(message[:2] for message in messages if is_stun(message)))
    for relay in (0, 1):
        for is_datagram in (0, 1):
            steps = bytes([relay]) + bytes([0, 0, is_datagram]) * 2
            for message in messages[:40]:
                if is_stun(message) and len(message) < 400:
                    for client in (0, 1):
                        steps += bytes([7, client]) + counted(message) + bytes([0, client])
                elif len(message) < 400:
                    steps += bytes([10, 0, message[1] & 3, 11, 1, 0, 3])
            seeds.add("relay", (relay, is_datagram, kinds), (steps + bytes([15, 7, 1, 0]))[:4000])


def add_moves(seeds):
    """Allocations that move (RFC 8016), which few clients do: clients 0 and 2 on one loop, client 1 on the other."""
    arrive = bytes([0, 0, 0])
    first_ticket, third_ticket = (1, 0), (1, 2)

    def allocate(client, credential=0):
        return bytes([2, client, 0, 0, 1, 0, 0, credential])

    def refresh(client, ticket=(0,), lifetime=3):
        return bytes([2, client, 1, lifetime, *ticket, 0, 0, 0])

    def bind(client, peer, credential=0):
        return bytes([2, client, 3, 0, peer, 0, 0, credential])

    def send(client):
        return bytes([10, client, 0])

    def leave(client):
        return bytes([1, client])

    mail = bytes([13, 19])
    claimed = refresh(1, first_ticket) + mail
    stories = {
        "moved": claimed + send(2) + bind(1, 2) + mail + send(1) + send(2) + refresh(1) + refresh(1, lifetime=0) + mail,
        "gone before": leave(0) + arrive + claimed + send(1) + mail,
        "gone after": claimed + leave(0) + mail + send(1),
        "gone on the way": claimed + send(1) + leave(1) + mail + arrive + refresh(2, third_ticket) + mail + send(2),
        "both gone": claimed + leave(1) + leave(0) + mail + arrive + refresh(1, third_ticket) + mail + bytes([15, 9]),
        "deleted": claimed + refresh(0, lifetime=0) + mail + refresh(1) + mail,
        "claimed again": claimed + arrive + refresh(3, third_ticket) + mail + send(1) + mail + send(3) + mail,
    }
    for relay in (0, 1):
        for is_slow in (0, 1):
            head = bytes([32 | relay, is_slow]) + arrive * 3 + allocate(0) + allocate(2, 1) + bind(0, 2) + bind(2, 0, 1)
            for name, story in stories.items():
                seeds.add("relay", ("move", name, relay, is_slow), head + story)


def add_connections(seeds):
    """Connections with peers (RFC 6062): a client with a TCP allocation connects to a peer, and another client binds
    that. Then the peer connects, the first client tries it again, and time ends it all."""
    allocate = bytes([2, 0, 0, 200, 0, 0, 0])
    permit = bytes([2, 0, 2, 0, 165, 0, 0, 0])
    connect = bytes([2, 0, 5, 165, 0, 0, 0])
    inbound, connected, bind = bytes([13, 0x81, 165]), bytes([13, 0x80]), bytes([2, 1, 6, 0, 0, 0, 0])
    arrive, time = bytes([0, 0, 0]), bytes([15, 4])
    steps = arrive + allocate + connect + connected + arrive + bind + permit + inbound + connect + time * 2
    seeds.add("relay", "connections", bytes([65]) + steps)


def masked_frame(text):
    payload, mask = text[:2000], b"\x37\xfa\x21\x3d"
    length = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack("!H", len(payload))
    return b"\x81" + length + mask + bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))


def documented_messages():
    """What the example of the protocol's page sends: there is everything that a recorded call may lack."""
    text = (REPOSITORY / "docs/signaling-protocol.md").read_text()
    return [line.encode() for line in re.findall(r"^> (\{.*)$", text, re.MULTILINE)]


def add_doors(seeds):
    """Members 0, 1 and 2 at a door: locked, let in; a PIN, wrong and right; asked again, sent away, alone."""
    lock, unlock, pin, admit, decline, chat, state = 0, 1, 2, 4, 5, 6, 7
    plain, right, wrong, knocking = 0, 2, 3, 5

    def join(member, way):
        return bytes([1, member, 0, way])

    def decide(member, about, what):
        return bytes([6, member, about, what])

    arrive, leave, time = b"\0\0\0\1\0\0", bytes([4, 0]), bytes([8, 0, 255])
    begin = arrive + join(0, plain)
    stories = {
        "locked": decide(0, 0, lock) + join(1, plain) + join(2, plain) + decide(0, 1, admit) + decide(1, 2, decline),
        "pin": decide(0, 0, pin) + join(1, plain) + join(1, wrong) * 4 + time * 4 + join(1, right) + decide(1, 0, chat),
        "asked": decide(0, 0, pin) + join(1, knocking) * 2 + join(1, right) + join(2, knocking) + decide(1, 2, admit),
        "alone": decide(0, 0, chat) + decide(0, 0, lock) + join(1, plain) + join(2, knocking) + leave + join(1, plain),
        "inherited": join(1, plain) + decide(0, 0, pin) + leave + decide(1, 0, unlock) + join(0, plain),
        "states": join(1, plain) + decide(0, 0, state) * 3 + decide(1, 0, chat) * 6 + join(2, plain),
    }
    for name, story in stories.items():
        seeds.add("signaling", ("door", name), b"\x02" + begin + story)


def add_signaling(seeds, lines):
    whole_call = b""
    for line in lines:
        kind = tuple(re.findall(rb'"(\w+)":', line)), len(line) > 1000
        seeds.add("signaling", ("text", kind), b"\0" + line[:3000])
        seeds.add("signaling", ("frame", kind), b"\x01\0" + counted(masked_frame(line)) + b"\x05\x03")
        whole_call += bytes([7, len(whole_call) & 1]) + counted(line[:300])
    seeds.add("signaling", "hub", (b"\x02" + b"\0\0" * 2 + b"\x01\0\0\0\x01\x01\0\0" + whole_call)[:4000])


def add_configuration(seeds, capture):
    example = (REPOSITORY / "deploy/swiftturn.example.yaml").read_text()
    options = "\n".join(re.sub(r"^#\s?(?=[a-z-]+:|\s+- |    [a-z-]+:)", "", line) for line in example.splitlines())
    for index, text in enumerate((example, options)):
        seeds.add("configuration", ("yaml", index), b"\0" + text.encode())
    seeds.add("configuration", "environment", b"\x01" + (REPOSITORY / ".env.example").read_bytes())
    coturn = Path("/etc/turnserver.conf").read_text()
    active = re.findall(r"^#?\s?([a-z][a-z-]+(?:=\S+)?)$", coturn, re.MULTILINE)
    seeds.add("configuration", "coturn", b"\x02" + "\n".join(active).encode())
    odd = b"realm=a b#c:d'e,f\nuser=o'brien:p@ss: \\word\nstatic-auth-secret=\"quo\\ted\n"
    odd += b"cert=~/x y.pem\nuser={a}:[b]&*c\n"
    seeds.add("configuration", "coturn with odd punctuation", b"\x02" + odd)
    seeds.add("configuration", "users", b"\x03alice:wonder\nbob:0x" + b"5f" * 16 + b"\n")
    seeds.add("configuration", "pcap", b"\x04" + capture[:2500])
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj"]
    made = subprocess.run([*command, "/CN=fuzz.test", "-keyout", "/dev/null"], capture_output=True, check=True)
    seeds.add("configuration", "certificate", b"\x05" + made.stdout)
    for text in (b"192.0.2.1=198.51.100.1", b"[2001:db8::1]:443/turn", b"10.0.0.0/8", b"192.0.2.1-192.0.2.77"):
        seeds.add("configuration", text, b"\x06" + text)


def main(capture, signaling, directory):
    capture = Path(capture).read_bytes()
    seeds = Seeds(Path(directory))
    for (protocol, _, _), pieces in conversations(capture).items():
        whole = b"".join(pieces)[:20_000]
        messages = pieces if protocol == "udp" else list(frames(whole))
        if any(is_stun(message) for message in messages):
            add_messages(seeds, [message for message in messages if is_stun(message) or message[:1] == b"\x40"])
            add_relay(seeds, messages)
            add_stream(seeds, whole)
        if protocol == "tcp":
            add_connection(seeds, whole)
    add_moves(seeds)
    add_connections(seeds)
    add_signaling(seeds, Path(signaling).read_bytes().splitlines() + documented_messages())
    add_doors(seeds)
    add_configuration(seeds, capture)


if __name__ == "__main__":
    main(*sys.argv[1:])
