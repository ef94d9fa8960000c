# SPDX-License-Identifier: Apache-2.0
"""Every byte goes through the one TCP port: nothing else is offered, chosen or open."""

from support.observed import candidate_lines, candidate_type
from support.processes import listening_ports, sockets_beside_tcp

# What closed relay gives its allocations (RFC 7600): no host has it, so what comes from there was relayed.
RELAYED_ADDRESS = "192.0.0.8"


def test_media_is_relayed_over_tls_and_nothing_else_is_tried(server, room):
    people = room.gather(server.url, 2)
    expect_relay_over_tls(people, f"turns:localhost:{server.port}?transport=tcp")


def test_three_participants_are_relayed_over_tls(server, room):
    people = room.gather(server.url, 3)
    expect_relay_over_tls(people, f"turns:localhost:{server.port}?transport=tcp")


def test_the_server_holds_one_tcp_port_and_no_udp_socket_during_a_call(server, room):
    room.gather(server.url, 2)
    assert listening_ports(server.pid) == [("tcp", server.port)]
    assert sockets_beside_tcp(server.pid) == []


def expect_relay_over_tls(people, url):
    for person in people:
        expect_relayed_pairs(person, url)
        expect_relay_candidates_only(person, url)


def expect_relayed_pairs(person, url):
    def all_relayed():
        pairs = [pair for path in person.paths() for pair in path["selected"]]
        return len(pairs) >= 1 and all(pair and is_relayed(pair["remote"]) for pair in pairs) and pairs

    for pair in person.until(all_relayed, lambda: f"relay on both ends of {person.paths()}"):
        local = pair["local"]
        # Firefox does not say which server it is.
        assert (local["candidateType"], local["relayProtocol"], local.get("url", url)) == ("relay", "tls", url)


def is_relayed(remote):
    """A remote candidate that is seen before it is told begins as "prflx": Chromium names it rightly, without an address
    until then, when it is told; Firefox leaves it so."""
    return remote["candidateType"] == "relay" or remote.get("address") == RELAYED_ADDRESS


def expect_relay_candidates_only(person, url):
    for path in person.paths():
        assert path["policy"] == "relay"
        assert [address for server in path["servers"] for address in as_list(server["urls"])] == [url]
        assert {entry["candidateType"] for entry in path["local"]} == {"relay"}
        assert {entry["candidateType"] for entry in path["remote"]} <= {"relay", "prflx"}
        assert types(candidate_lines(path["description"])) == {"relay"}
    assert types(person.candidates()) == {"relay"}
    assert types(person.signaled_candidates()) == {"relay"}


def as_list(urls):
    return urls if isinstance(urls, list) else [urls]


def types(candidates):
    return {candidate_type(candidate) for candidate in candidates}
