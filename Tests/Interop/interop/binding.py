# SPDX-License-Identifier: Apache-2.0
"""The least that a server must answer: a Binding request."""

import socket

from support.stun import BINDING, SUCCESS, message

TIMEOUT = 2


def answers_udp(address, port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(TIMEOUT)
        client.connect((address, port))
        return is_answered(client)


def answers_tcp(address, port):
    try:
        client = socket.create_connection((address, port), timeout=TIMEOUT)
    except OSError:
        return False
    with client:
        return is_answered(client)


def is_answered(client):
    try:
        client.sendall(message(BINDING))
        return int.from_bytes(client.recv(2048)[:2], "big") == BINDING | SUCCESS
    except OSError:
        return False
