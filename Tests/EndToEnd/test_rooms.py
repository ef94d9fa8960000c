# SPDX-License-Identifier: Apache-2.0
"""Addresses of rooms, and their doors: PIN, lock, and people who are let in."""

from urllib.parse import quote

from playwright.sync_api import expect

from support.websocket import frame, open_socket, read_json

PIN = "2468"


def test_every_path_under_r_is_a_room_of_its_own(server, room):
    name = "Zoë's & <b>/?#."
    inside = [room.enter(f"{server.url}r/{quote(name, safe='')}") for _ in range(2)]
    elsewhere = room.enter(f"{server.url}r/.elsewhere")
    expect(inside[0].page.locator("#room-name")).to_have_text(name)
    expect(elsewhere.page.locator("#room-name")).to_have_text(".elsewhere")
    for person in (*inside, elsewhere):
        person.join()
    for person in inside:
        person.expect_pictures(1)
    elsewhere.expect_status("waiting")
    elsewhere.expect_remotes(0)


def test_the_share_button_copies_the_link_that_leads_here(server, room):
    person = room.enter(server.url, room="stand up")
    person.context.grant_permissions(["camera", "microphone", "clipboard-read", "clipboard-write"])
    person.join()
    person.expect_status("waiting")
    person.button("People and room").click()
    share = person.page.locator("#share-link")
    share.click()
    expect(share).to_have_text("Copied")
    assert person.page.evaluate("navigator.clipboard.readText()") == f"{server.url}r/stand%20up"
    other = room.enter(f"{server.url}r/stand%20up")
    other.join()
    person.expect_pictures(1)


def test_a_private_room_is_one_click_away(server, room):
    person = room.enter(server.url)
    person.page.get_by_role("link", name="Open a private room").click()
    expect(person.page.locator("#room-name")).to_have_text(person.page.url.rsplit("/", 1)[-1])
    assert len(person.page.url.rsplit("/", 1)[-1]) > 20


def test_a_pin_keeps_out_those_who_do_not_know_it(server, room):
    host, guest = room.enter(server.url), room.enter(server.url)
    host.join()
    host.expect_status("waiting")
    set_pin(host, PIN)
    guest.join()
    expect(guest.notice).to_have_text("This room has a PIN.")
    pin = guest.page.get_by_label("PIN of the room")
    expect(pin).to_be_focused()
    pin.fill("1111")
    guest.join()
    expect(guest.notice).to_have_text("That is not the PIN of this room.")
    pin.fill(PIN)
    pin.press("Enter")
    guest.expect_pictures(1)
    host.expect_pictures(1)
    # It went to the hub in a message, and nowhere else.
    assert PIN not in guest.page.url
    assert PIN not in server.log
    assert PIN not in str(guest.received)


def test_guessing_the_pin_is_stopped(server, room, tls_to):
    host, guest = room.enter(server.url), room.enter(server.url)
    host.join()
    host.expect_status("waiting")
    set_pin(host, PIN)
    codes = [join_with(tls_to(server), server, f"{number:04}") for number in range(100)]
    assert codes[:5] == ["wrong-pin"] * 5
    assert set(codes[5:]) == {"pin-blocked"}
    # The right one is not looked at now, and the person is told what else to do.
    guest.join()
    guest.page.get_by_label("PIN of the room").fill(PIN)
    guest.join()
    expect(guest.notice).to_have_text("There were too many wrong PINs. Wait for a minute, or ask to be let in.")
    guest.button("Ask to be let in").click()
    guest.expect_status("knocking")
    host.button("Let Guest in").click()
    guest.expect_pictures(1)


def join_with(client, server, pin):
    with client:
        open_socket(client, f"localhost:{server.port}")
        client.send(frame(f'{{"type":"join","room":"default","pin":"{pin}"}}'.encode()))
        return read_json(client)["code"]


def test_in_front_of_a_locked_room_a_person_waits_and_is_let_in(server, room):
    host, guest = room.enter(server.url), room.enter(server.url)
    host.join()
    host.expect_status("waiting")
    lock(host)
    guest.page.get_by_label("Your name").fill("Zoë")
    guest.join()
    guest.expect_status("knocking")
    expect(guest.page.get_by_role("heading", name="You’re at the door")).to_be_visible()
    knock = host.page.get_by_role("region", name="At the door")
    expect(knock).to_have_text("Zoë wants to join Decline Let in")
    expect(host.page.locator("#announcer")).to_contain_text("Zoë wants to join")
    host.expect_remotes(0)
    host.button("Let Zoë in").click()
    guest.expect_pictures(1)
    host.expect_media(1)
    expect(knock).to_be_hidden()


def test_who_is_declined_is_told_and_who_gives_up_is_gone(server, room):
    host, guest = room.enter(server.url), room.enter(server.url)
    host.join()
    host.expect_status("waiting")
    lock(host)
    guest.join()
    host.button("Decline Guest").click()
    expect(guest.notice).to_have_text("Nobody let you in this time.")
    guest.join()
    guest.expect_status("knocking")
    expect(host.button("Let Guest in")).to_be_visible()
    guest.leave()
    expect(host.button("Let Guest in")).to_be_hidden()


def test_the_host_comes_back_to_a_door_that_is_as_it_was(server, room):
    host = room.enter(server.url)
    host.join()
    host.expect_status("waiting")
    lock(host)
    server.kill()
    host.expect_status("reconnecting")
    server.start()
    host.expect_status("waiting")
    guest = room.enter(server.url)
    guest.join()
    guest.expect_status("knocking")


def test_a_door_that_could_not_be_changed_is_not_remembered_as_if_it_were(server, room):
    host = room.enter(server.url)
    host.join()
    host.expect_status("waiting")
    set_pin(host, PIN)
    server.kill()
    host.expect_status("reconnecting")
    host.button("Remove PIN").click()
    expect(host.page.locator("#toast-text")).to_contain_text("Not changed: the connection is being restored.")
    server.start()
    host.expect_status("waiting")
    guest = room.enter(server.url)
    guest.join()
    expect(guest.notice).to_have_text("This room has a PIN.")


def test_only_the_host_has_the_keys_and_the_next_one_gets_them(server, room):
    host, guest = room.enter(server.url), room.enter(server.url)
    host.join()
    host.expect_status("waiting")
    guest.join()
    guest.expect_remotes(1)
    guest.button("People and room").click()
    lock_switch = guest.page.get_by_role("switch", name="Lock the room")
    expect(lock_switch).to_be_hidden()
    sentence = "Everybody with the link can join. The host can change that."
    expect(guest.page.locator("#door-state")).to_have_text(sentence)
    host.leave()
    expect(lock_switch).to_be_visible()
    lock_switch.click()
    expect(lock_switch).to_have_attribute("aria-checked", "true")


def set_pin(person, pin):
    person.button("People and room").click()
    person.page.get_by_label("New PIN").fill("12")
    person.button("Set PIN").click()
    expect(person.page.locator("#pin-problem")).to_have_text("A PIN has at least 4 characters.")
    person.page.get_by_label("New PIN").fill(pin)
    person.button("Set PIN").click()
    expect(person.button("Remove PIN")).to_be_visible()
    expect(person.page.locator("#pin-problem")).to_be_empty()


def lock(person):
    person.button("People and room").click()
    switch = person.page.get_by_role("switch", name="Lock the room")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
