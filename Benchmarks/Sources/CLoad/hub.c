// SPDX-License-Identifier: Apache-2.0
//
// Members of rooms, all on one thread and one epoll. Swift says how many and for how long: see load.h.

#define _GNU_SOURCE
#include "hub.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS 256
#define READ_CAPACITY (64 * 1024)

struct load_hub *load_hub_new(const char *address, uint16_t port) {
    struct load_hub *hub = calloc(1, sizeof *hub);
    hub->server_length = fill_address(&hub->server, address, port);
    hub->epoll = epoll_create1(EPOLL_CLOEXEC);
    return hub;
}

void load_hub_free(struct load_hub *hub) {
    for (size_t index = 0; index < hub->count; index++) {
        secure_close(&hub->members[index]->connection);
        free(hub->members[index]->partial);
        free(hub->members[index]);
    }
    close(hub->epoll);
    free(hub->members);
    free(hub);
}

void hub_fail(struct load_hub *hub, const char *why) {
    if (!hub->has_failed) fprintf(stderr, "%s\n", why);
    hub->has_failed = true;
}

void hub_joined(struct load_hub *hub) { hub->joined++; }

// --- Joining

static struct member *add_member(struct load_hub *hub) {
    if (hub->count == hub->capacity) {
        hub->capacity = hub->capacity ? 2 * hub->capacity : 64;
        hub->members = realloc(hub->members, hub->capacity * sizeof *hub->members);
    }
    struct member *member = calloc(1, sizeof *member);
    member->hub = hub;
    member->number = (uint32_t)hub->count;
    hub->members[hub->count++] = member;
    return member;
}

static void upgrade(struct member *member) {
    static const char request[] = "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                  "Sec-WebSocket-Key: bG9hZCBnZW5lcmF0b3Ihbw==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    member->state = MEMBER_UPGRADING;
    if (!secure_write(&member->connection, (const uint8_t *)request, strlen(request)))
        hub_fail(member->hub, "the upgrade was not taken");
}

static uint32_t members_of_room;

static void join(struct member *member) {
    char text[64];
    int length = snprintf(text, sizeof text, "{\"type\":\"join\",\"room\":\"room-%u\"}", member->number / members_of_room);
    member->state = MEMBER_JOINING;
    if (!member_send_text(member, text, (size_t)length)) hub_fail(member->hub, "the join was not taken");
}

// The head is short and comes at once.
static void take_upgrade(struct member *member, const uint8_t *bytes, size_t length) {
    const uint8_t *end = memmem(bytes, length, "\r\n\r\n", 4);
    if (!end || memcmp(bytes, "HTTP/1.1 101", 12) != 0) return hub_fail(member->hub, "the upgrade was refused");
    join(member);
    member_receive(member, end + 4, length - (size_t)(end + 4 - bytes));
}

static void serve(struct member *member) {
    static uint8_t bytes[READ_CAPACITY];
    if (member->state == MEMBER_SHAKING) {
        int progress = secure_handshake(&member->connection);
        if (progress < 0) return hub_fail(member->hub, "a handshake failed");
        if (progress == 0) return;
        upgrade(member);
    }
    ssize_t length;
    while (!member->hub->has_failed && (length = secure_read(&member->connection, bytes, sizeof bytes)) != 0) {
        if (length < 0) return hub_fail(member->hub, "a connection ended");
        if (member->state == MEMBER_UPGRADING)
            take_upgrade(member, bytes, (size_t)length);
        else
            member_receive(member, bytes, (size_t)length);
    }
}

static void turn(struct load_hub *hub, int milliseconds) {
    struct epoll_event events[EVENTS];
    int count = epoll_wait(hub->epoll, events, EVENTS, milliseconds);
    for (int index = 0; index < count && !hub->has_failed; index++) serve(events[index].data.ptr);
}

// Members of a room send in a circle.
static void connect_rooms(struct load_hub *hub) {
    for (size_t index = 0; index < hub->count; index++) {
        size_t first = index - index % members_of_room, next = index + 1;
        size_t end = first + members_of_room < hub->count ? first + members_of_room : hub->count;
        struct member *member = hub->members[index], *target = hub->members[next < end ? next : first];
        member->target = target;
        target->sender = member;
    }
}

bool load_hub_join(struct load_hub *hub, uint32_t count, uint32_t room_size, uint32_t at_once) {
    size_t wanted = hub->joined + count;
    members_of_room = room_size;
    while (hub->joined < wanted && !hub->has_failed) {
        while (hub->count < wanted && hub->count < hub->joined + at_once) {
            struct member *member = add_member(hub);
            if (!secure_open(&member->connection, &hub->server, hub->server_length, hub->epoll, member)) {
                hub_fail(hub, "no connection");
                break;
            }
        }
        turn(hub, 1000);
    }
    connect_rooms(hub);
    return !hub->has_failed;
}

// --- Messages

bool load_hub_run(struct load_hub *hub, uint32_t window, double seconds) {
    uint64_t end = monotonic_now() + (uint64_t)(seconds * 1e9);
    hub->window = window;
    for (size_t index = 0; index < hub->count && !hub->has_failed; index++) {
        struct member *member = hub->members[index];
        uint32_t under_way = member->sent - member->arrived;
        if (under_way >= window) continue;
        if (!member_send(member, window - under_way)) hub_fail(hub, "a message was not taken");
        hub->counts.sent += window - under_way;
    }
    while (!hub->has_failed && monotonic_now() < end) turn(hub, 10);
    return !hub->has_failed;
}

bool load_hub_drain(struct load_hub *hub, double patience) {
    hub->window = 0;
    uint64_t seen = 0, deadline = monotonic_now() + (uint64_t)(patience * 1e9);
    while (!hub->has_failed && hub->counts.received + hub->counts.garbled < hub->counts.sent) {
        turn(hub, 10);
        if (hub->counts.received != seen) deadline = monotonic_now() + (uint64_t)(patience * 1e9);
        else if (monotonic_now() > deadline) break;
        seen = hub->counts.received;
    }
    return !hub->has_failed;
}

struct load_hub_counts load_hub_count(const struct load_hub *hub) { return hub->counts; }
