# SPDX-License-Identifier: Apache-2.0
"""The app and TURN under two names of one address and port, or under one."""

import ssl

import pytest

from support.network import proxied_port, proxy_for, start_named_server
from support.raw import Client
from test_relay_only import expect_relay_over_tls


def test_call_host_and_turn_host_are_two_names_with_own_certificates(start_server, start_proxy, authority, room):
    port = proxied_port("turn.test")
    server = start_named_server(
        start_server, authority, "call.test", "turn.test", [("call.test",), ("turn.test",)], port
    )
    assert server.url == f"https://call.test:{port}/"
    turn = proxy_for(start_proxy, "turn.test", server)
    people = room.gather(server.url, 2)
    expect_relay_over_tls(people, f"turns:turn.test:{port}?transport=tcp")
    assert turn.accepted >= 2, "media took the way of the second name"


def test_the_certificate_is_chosen_by_name(start_server, authority):
    server = start_named_server(start_server, authority, "call.test", "turn.test", [("call.test",), ("turn.test",)])
    for name in ("call.test", "turn.test"):
        with Client(server.port, authority.certificate, name) as client:
            assert client.names() == [name]
    with pytest.raises(ssl.SSLError, match="(?i)unrecognized.name"):
        Client(server.port, authority.certificate, "elsewhere.test")


def test_one_name_for_both(start_server, authority, room):
    server = start_named_server(start_server, authority, "both.test", "both.test", [("both.test",)])
    people = room.gather(server.url, 2)
    expect_relay_over_tls(people, f"turns:both.test:{server.port}?transport=tcp")


def test_a_certificate_for_another_name_is_not_accepted(start_server, start_proxy, authority, room):
    """TURN under a name that the certificate does not have: no media, whatever else works."""
    port = proxied_port("turn.test")
    server = start_named_server(start_server, authority, "call.test", "turn.test", [("call.test",)], port)
    turn = proxy_for(start_proxy, "turn.test", server)
    people = [room.enter(server.url) for _ in range(2)]
    for person in people:
        person.join()
    people[1].until(lambda: turn.accepted >= 1, "TURN is tried")
    for person in people:
        person.expect_remotes(1)
        person.until(lambda p=person: gathered(p), "gathering ends")
        assert person.page.evaluate("observed.candidates") == []


def gathered(person):
    return any(message["type"] == "ice-candidate" and message["candidate"] is None for message in person.sent)
