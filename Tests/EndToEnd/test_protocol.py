# SPDX-License-Identifier: Apache-2.0
"""docs/signaling-protocol.md and its schema say what the server does: every message in both directions, what is refused,
and clients that know nothing but the first version of the protocol."""

import contextlib
import json
import re

import pytest
from jsonschema import Draft202012Validator
from playwright.sync_api import expect

from support.protocol import CLIENT, DOCUMENTS, SCHEMA, SERVER, Member, types
from support.websocket import frame

OFFER = {"type": "offer", "sdp": "v=0\r\n"}
ANSWER = {"type": "answer", "sdp": "v=0\r\n"}
CANDIDATE = {"candidate": "candidate:1 1 tcp 1 192.0.2.1 9 typ relay", "sdpMid": "0", "sdpMLineIndex": 0}
ROOM_SIZE = 10
BROADCASTS_AT_ONCE = 30
NOT_JSON = "The message is not valid JSON."
MEMBER_ID = "3f0a0000-0000-4000-8000-000000000000"


@pytest.fixture
def connect(bad_input_server, tls):
    """Opens members, whose connections end with the test."""
    with contextlib.ExitStack() as stack:
        yield lambda: Member(stack.enter_context(tls()), bad_input_server.port)


def test_every_message_is_what_the_schema_says(connect):
    host, guest, stranger = connect(), connect(), connect()
    room = "every message"
    host.join(room, name="Ana", audio=True, video=False)
    host.say("chat", text="first\n\tline \U0001f600")
    host.hear("chat", id=1, name="Ana", text="first\n\tline \U0001f600")
    guest.join(room)
    assert guest.joined["members"] == [{"peerId": host.id, "name": "Ana", "audio": True, "video": False}]
    assert guest.joined["peers"] == [host.id] and guest.joined["host"] == host.id
    guest.hear("chat-history")
    host.hear("peer-joined", peerId=guest.id)
    relay_everything(guest, host)
    renew_and_change(host, guest)
    stand_at_the_door(host, guest, stranger, room)
    host.say("leave")
    for other in (guest, stranger):
        other.hear("peer-left", peerId=host.id)
        other.hear("room", host=guest.id)
    back = come_back(connect, guest, room)
    errors = provoke_errors(connect)
    members = (host, guest, stranger, back)
    assert {message["type"] for member in members for message in member.said} == types("client")
    heard = {message["type"] for member in members for message in member.heard}
    # Only media is ever late: test_quality.py.
    assert heard | {"error", "peer-congestion"} == types("server")
    # Too many connections are in the tests of the hub.
    assert errors | {"server-full"} == set(SCHEMA["$defs"]["server-error"]["properties"]["code"]["enum"])


def relay_everything(newcomer, member):
    newcomer.say("offer", target=member.id, sdp=OFFER)
    member.hear("offer", **{"from": newcomer.id}, sdp=OFFER)
    member.say("answer", target=newcomer.id, sdp=ANSWER)
    newcomer.hear("answer", **{"from": member.id}, sdp=ANSWER)
    newcomer.say("view", target=member.id, view={"camera": 270, "screen": 0})
    member.hear("view", **{"from": newcomer.id}, view={"camera": 270, "screen": 0})
    for candidate in (CANDIDATE, None):
        newcomer.say("ice-candidate", target=member.id, candidate=candidate)
        member.hear("ice-candidate", **{"from": newcomer.id}, candidate=candidate)


def renew_and_change(host, guest):
    guest.say("ice-servers")
    guest.hear("ice-servers")
    guest.say("state", hand=True, screen=True, name="")
    state = host.hear("peer-state", peerId=guest.id, hand=True, screen=True)
    assert "name" not in state and "audio" not in state


def stand_at_the_door(host, guest, stranger, room):
    host.say("room", locked=True, pin="2468")
    for member in (host, guest):
        member.hear("room", locked=True, hasPin=True, host=host.id)
    stranger.say("join", room=room, pin="2468", name="Zoë")
    stranger.hear("waiting")
    knocker = [member.hear("knock", name="Zoë")["peerId"] for member in (host, guest)][0]
    host.say("decline", target=knocker)
    for member in (host, guest):
        member.hear("knock-ended", peerId=knocker)
    stranger.refuses("declined")
    stranger.say("join", room=room, knock=True)
    stranger.hear("waiting")
    for member in (host, guest):
        member.hear("knock", peerId=knocker)
    guest.say("admit", target=knocker)
    for member in (host, guest):
        member.hear("knock-ended", peerId=knocker)
        member.hear("peer-joined", peerId=knocker)
    assert stranger.hear("joined")["peers"] == [host.id, guest.id]
    stranger.hear("chat-history")


def come_back(connect, other, room):
    lost, back = connect(), connect()
    other.say("room", locked=False, pin=None)
    other.hear("room")
    lost.join(room, name="Ida", resume=True)
    other.hear("peer-joined")
    lost.connection.connection.close()
    other.hear("peer-state", peerId=lost.id, name="Ida", away=True)
    other.say("offer", target=lost.id, sdp=OFFER)
    resume(back, lost, received=2)
    assert back.hear("resumed", received=0)["resumeToken"] != lost.joined["resumeToken"]
    back.hear("offer", **{"from": other.id}, sdp=OFFER)
    assert "away" not in other.hear("peer-state", peerId=lost.id)
    return back


def resume(member, lost, received):
    member.say("resume", peerId=lost.id, resumeToken=lost.joined["resumeToken"], received=received)


def provoke_errors(connect):
    """The codes of all errors that few connections can cause."""
    host, other, third = connect(), connect(), connect()
    host.join("errors")
    host.say_anything({"type": "dance"})
    host.say("join", room="another")
    host.say("offer", target=host.id, sdp=OFFER)
    for code in ("invalid-message", "already-joined", "unknown-peer"):
        host.refuses(code)
    other.say("chat", text="let me in")
    other.refuses("not-joined")
    host.say("room", pin="2468")
    host.hear("room")
    other.say("join", room="errors")
    other.refuses("pin-required")
    refusals = [guess(other) for _ in range(6)]
    assert refusals == ["wrong-pin"] * 5 + ["pin-blocked"]
    other.say("join", room="errors", knock=True)
    other.hear("waiting")
    host.hear("knock")
    host.say("leave")
    other.refuses("room-closed")
    third.join("errors")
    other.join("errors")
    third.hear("peer-joined")
    other.say("room", locked=True)
    other.refuses("not-host")
    host.say("resume", peerId=other.id, resumeToken="", received=1)
    host.refuses("resume-failed")
    codes = {message["code"] for member in (host, other) for message in member.heard if message["type"] == "error"}
    return codes | {"declined", fill_a_room(connect), talk_too_much(third, other)}


def guess(member):
    member.say("join", room="errors", pin="1357")
    return member.hear("error")["code"]


def fill_a_room(connect):
    for _ in range(ROOM_SIZE):
        connect().join("full")
    late = connect()
    late.say("join", room="full")
    return late.hear("error")["code"]


def talk_too_much(member, other):
    for _ in range(BROADCASTS_AT_ONCE * 2):
        member.say("chat", text="again")
    answers = [member.hear() for _ in range(BROADCASTS_AT_ONCE * 2)]
    delivered = [message for message in answers if message["type"] == "chat"]
    for message in delivered:
        other.hear("chat", id=message["id"])
    return next(message["code"] for message in answers if message["type"] == "error")


LINE = "a" * 64
JUDGED = {
    "no type": {},
    "unknown type": {"type": "dance"},
    "type is null": {"type": None},
    "a type of the server": {"type": "joined", "peerId": MEMBER_ID, "peers": []},
    "join": {"type": "join", "room": LINE},
    "join with astral characters": {"type": "join", "room": "\U0001f600" * 64},
    "join without a room": {"type": "join"},
    "room is null": {"type": "join", "room": None},
    "room is empty": {"type": "join", "room": ""},
    "room is too long": {"type": "join", "room": LINE + "a"},
    "room is half a pair": {"type": "join", "room": "\ud800"},
    **{f"room has U+{ord(c):04x}": {"type": "join", "room": f"a{c}"} for c in "\0\n\t\x7f\x85\u2028\u2029\u00a0\u200b"},
    "a long name": {"type": "join", "room": "a", "name": LINE},
    "no name": {"type": "join", "room": "a", "name": ""},
    "a name that is too long": {"type": "join", "room": "a", "name": LINE + "a"},
    "a name of two lines": {"type": "join", "room": "a", "name": "a\nb"},
    "a name that is a number": {"type": "join", "room": "a", "name": 1},
    "a name that is null": {"type": "join", "room": "a", "name": None},
    "audio is a word": {"type": "join", "room": "a", "audio": "on"},
    "audio is a number": {"type": "join", "room": "a", "audio": 1},
    "hand is null": {"type": "join", "room": "a", "hand": None},
    "screen is a number": {"type": "join", "room": "a", "screen": 1},
    "knock is a word": {"type": "join", "room": "a", "knock": "true"},
    "any pin": {"type": "join", "room": "a", "pin": ""},
    "pin is a number": {"type": "join", "room": "a", "pin": 2468},
    "state": {"type": "state"},
    "state with a list": {"type": "state", "video": []},
    "chat": {"type": "chat", "text": "\n\t" + "\U0001f600" * 1998},
    "chat of lines": {"type": "chat", "text": "a\u2028b"},
    "chat that is too long": {"type": "chat", "text": "a" * 2001},
    "chat without text": {"type": "chat"},
    "chat of nothing": {"type": "chat", "text": ""},
    "chat of an object": {"type": "chat", "text": {}},
    **{f"chat with U+{ord(c):04x}": {"type": "chat", "text": c} for c in "\0\r\x1b\x9b"},
    "door": {"type": "room"},
    "locked is null": {"type": "room", "locked": None},
    "removed pin": {"type": "room", "pin": None},
    "short pin": {"type": "room", "pin": "123"},
    "shortest pin": {"type": "room", "pin": "\U0001f600234"},
    "longest pin": {"type": "room", "pin": "1" * 32},
    "long pin": {"type": "room", "pin": "1" * 33},
    "pin of two lines": {"type": "room", "pin": "12\n34"},
    "false pin": {"type": "room", "pin": False},
    "admit": {"type": "admit", "target": "nobody"},
    "admit nobody": {"type": "admit"},
    "decline a number": {"type": "decline", "target": 7},
    "offer": {"type": "offer", "target": "nobody", "sdp": OFFER},
    "offer of a string": {"type": "offer", "target": "nobody", "sdp": "v=0"},
    "offer without sdp": {"type": "offer", "target": "nobody", "sdp": {"type": "offer"}},
    "offer to nobody": {"type": "offer", "sdp": OFFER},
    "answer": {"type": "answer", "target": "nobody", "sdp": {**ANSWER, "more": [1]}},
    "answer of null": {"type": "answer", "target": "nobody", "sdp": None},
    "candidate": {"type": "ice-candidate", "target": "nobody", "candidate": {}},
    "candidate of null": {"type": "ice-candidate", "target": "nobody", "candidate": None},
    "no candidate": {"type": "ice-candidate", "target": "nobody"},
    "candidate of a list": {"type": "ice-candidate", "target": "nobody", "candidate": []},
    "view": {"type": "view", "target": "nobody", "view": {"camera": 16384, "screen": 0, "more": []}},
    "view of nothing": {"type": "view", "target": "nobody", "view": {}},
    "view without": {"type": "view", "target": "nobody"},
    "view of a number": {"type": "view", "target": "nobody", "view": 270},
    "view of too much": {"type": "view", "target": "nobody", "view": {"camera": 16385}},
    "view of less than nothing": {"type": "view", "target": "nobody", "view": {"screen": -1}},
    "view of a part": {"type": "view", "target": "nobody", "view": {"screen": 0.5}},
    "view in words": {"type": "view", "target": "nobody", "view": {"camera": "270"}},
    "join that hears of congestion": {"type": "join", "room": "a", "congestion": True},
    "congestion is a word": {"type": "join", "room": "a", "congestion": "true"},
    "ice-servers": {"type": "ice-servers"},
    "leave": {"type": "leave"},
    "join with a seat": {"type": "join", "room": "a", "resume": True},
    "resume is a word": {"type": "join", "room": "a", "resume": "true"},
    "resume": {"type": "resume", "peerId": MEMBER_ID, "resumeToken": "", "received": 1},
    "resume of nobody": {"type": "resume", "resumeToken": "a", "received": 1},
    "resume without a token": {"type": "resume", "peerId": MEMBER_ID, "received": 1},
    "resume without a count": {"type": "resume", "peerId": MEMBER_ID, "resumeToken": "a"},
    "resume with most": {"type": "resume", "peerId": MEMBER_ID, "resumeToken": "a", "received": 2**53 - 1},
    "resume with more": {"type": "resume", "peerId": MEMBER_ID, "resumeToken": "a", "received": 2**53},
    "resume with less than nothing": {"type": "resume", "peerId": MEMBER_ID, "resumeToken": "a", "received": -1},
    "resume with a part": {"type": "resume", "peerId": MEMBER_ID, "resumeToken": "a", "received": 1.5},
    "resume with a word": {"type": "resume", "peerId": MEMBER_ID, "resumeToken": "a", "received": "1"},
}


@pytest.mark.parametrize("name", JUDGED)
def test_the_server_refuses_what_the_schema_refuses(connect, name):
    member = connect()
    message = JUDGED[name]
    # In a room everything but join gets as far as it can.
    if message.get("type") != "join":
        member.join(f"judged: {name}")
    member.say_anything(message)
    # Not everything is answered: this is, and nothing else is so.
    member.connection.send(frame(b"the end"))
    answers = []
    while (answer := member.hear()).get("message") != NOT_JSON:
        answers.append(answer)
    is_refused = any(answer.get("code") == "invalid-message" for answer in answers)
    assert is_refused == (not CLIENT.is_valid(message)), answers


def test_fields_that_are_not_known_are_ignored(connect):
    first, second = connect(), connect()
    more = {"extra": [{"deep": None}], "from": "somebody", "peerId": MEMBER_ID, "host": True}
    first.join("extra", **more)
    second.join("extra", **more)
    first.hear("peer-joined", peerId=second.id)
    second.say("chat", text="hello", **more)
    for member in (first, second):
        assert set(member.hear("chat", **{"from": second.id})) == {"type", "id", "from", "text", "age"}
    second.say("state", hand=True, **more)
    assert set(first.hear("peer-state", peerId=second.id)) == {"type", "peerId", "hand"}
    second.say("offer", target=first.id, sdp=OFFER, **more)
    assert set(first.hear("offer", **{"from": second.id})) == {"type", "from", "sdp"}
    second.say("leave", **more)
    first.hear("peer-left", peerId=second.id)


def test_a_client_of_the_first_protocol_is_a_whole_member(connect):
    modern, plain, late = connect(), connect(), connect()
    modern.join("mixed", name="Ana", audio=True, video=True, knock=True)
    for message in ({"type": "chat", "text": "hello"}, {"type": "room", "pin": "2468"}, {"type": "room", "pin": None}):
        modern.say_anything(message)
        modern.hear()
    plain.say("join", room="mixed")
    joined = hear_plain(plain)
    assert joined["peers"] == [modern.id]
    plain.id = joined["peerId"]
    # Nothing is told of it that it has not said.
    assert set(modern.hear("peer-joined", peerId=plain.id)) == {"type", "peerId"}
    modern.say("state", hand=True)
    plain.say("offer", target=modern.id, sdp=OFFER)
    modern.hear("offer", **{"from": plain.id}, sdp=OFFER)
    modern.say("answer", target=plain.id, sdp=ANSWER)
    assert hear_plain(plain) == {"type": "answer", "from": modern.id, "sdp": ANSWER}
    modern.say("chat", text="still here?")
    modern.hear("chat")
    modern.say("ice-candidate", target=plain.id, candidate=CANDIDATE)
    assert hear_plain(plain) == {"type": "ice-candidate", "from": modern.id, "candidate": CANDIDATE}
    plain.say("ice-candidate", target=modern.id, candidate=CANDIDATE)
    modern.hear("ice-candidate", **{"from": plain.id}, candidate=CANDIDATE)
    late.join("mixed")
    assert hear_plain(plain)["peerId"] == late.id
    late.say("offer", target=plain.id, sdp=OFFER)
    assert hear_plain(plain) == {"type": "offer", "from": late.id, "sdp": OFFER}
    # It is the host when its turn comes, and what it does not know of does not keep it from anything.
    modern.say("leave")
    assert hear_plain(plain) == {"type": "peer-left", "peerId": modern.id}
    plain.say("leave")
    plain.say("join", room="mixed")
    assert hear_plain(plain)["peers"] == [late.id]


def test_a_client_of_the_first_protocol_notices_no_return(connect):
    lost, plain, back = connect(), connect(), connect()
    lost.join("return", resume=True)
    plain.say("join", room="return")
    plain.id = hear_plain(plain)["peerId"]
    lost.hear("peer-joined")
    lost.connection.connection.close()
    # Its offer is answered late, and that is all that it notices.
    plain.hear("peer-state", away=True)
    plain.say("offer", target=lost.id, sdp=OFFER)
    resume(back, lost, received=2)
    back.hear("resumed")
    back.hear("offer", **{"from": plain.id})
    back.say("answer", target=plain.id, sdp=ANSWER)
    assert hear_plain(plain) == {"type": "answer", "from": lost.id, "sdp": ANSWER}
    back.say("leave")
    assert hear_plain(plain) == {"type": "peer-left", "peerId": lost.id}


FIRST_PROTOCOL = {"joined", "peer-joined", "offer", "answer", "ice-candidate", "peer-left"}


def hear_plain(member):
    """As such a client reads: types that it does not know are passed over."""
    while (message := member.hear())["type"] not in FIRST_PROTOCOL:
        assert message["type"] != "error", message
    return message


def test_a_page_says_everything(server, room):
    """What it says and hears is held against the schema at the end of every test that has a page."""
    host, guest = room.enter(server.url), room.enter(server.url)
    host.join()
    host.expect_status("waiting")
    guest.join()
    guest.expect_pictures(1)
    guest.button("Raise hand").click()
    host.button("People and room").click()
    host.page.get_by_role("switch", name="Lock the room").click()
    host.page.get_by_label("New PIN").fill("2468")
    host.button("Set PIN").click()
    expect(host.button("Remove PIN")).to_be_visible()
    late = room.enter(server.url)
    late.join()
    late.page.get_by_label("PIN of the room").fill("2468")
    late.join()
    host.button("Let Guest in").click()
    late.expect_remotes(2)
    late.button("Chat").click()
    # What the server would refuse is not a reason to lose a text.
    late.page.get_by_label("Message", exact=True).fill("hello\x07 there\x9b")
    late.button("Send").click()
    host.until(lambda: chats(guest) == ["hello there"], "the chat")
    late.leave()
    host.expect_remotes(1)
    said = {message["type"] for person in room.participants for message in person.sent}
    assert said >= types("client") - {"decline", "ice-servers", "resume"}


def chats(person):
    return [message["text"] for message in person.received if message["type"] == "chat"]


def test_the_document_and_the_schema_name_the_same():
    Draft202012Validator.check_schema(SCHEMA)
    text = (DOCUMENTS / "signaling-protocol.md").read_text()
    sections = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    for kind, title in {"client": "Client to server", "server": "Server to client"}.items():
        cells = re.findall(r"^\| (`[^|]*`) \|", sections[title].replace("| `type` |", ""), re.MULTILINE)
        named = {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}
        assert named - {"iceServers", "iceTransportPolicy", "lifetime"} == types(kind), title
    codes = set(re.findall(r"^\| `([a-z-]+)` \|", sections["Errors"], re.MULTILINE)) - {"code"}
    assert codes == set(SCHEMA["$defs"]["server-error"]["properties"]["code"]["enum"])
    session = re.sub(r'"([0-9a-f]{4})\.\.\."', rf'"\g<1>{MEMBER_ID[4:]}"', sections["An example session"])
    for direction, line in re.findall(r"^([<>]) (.*)$", session, re.MULTILINE):
        (CLIENT if direction == ">" else SERVER).validate(json.loads(line))
