// SPDX-License-Identifier: Apache-2.0
//
// What members say and hear: WebSocket frames (RFC 6455) and the signaling in them. Nothing is parsed that can be compared.

#define _GNU_SOURCE
#include "hub.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum opcode { OPCODE_TEXT = 1, OPCODE_CLOSE = 8, OPCODE_PING = 9, OPCODE_PONG = 10 };

#define FRAME_OVERHEAD 8
#define BATCH 64

// --- Sending

// A client masks (section 5.3). One key is as good as another here.
static size_t put_frame(uint8_t *frame, enum opcode opcode, const uint8_t *payload, size_t length) {
    static const uint8_t mask[4] = {0x37, 0xFA, 0x21, 0x3D};
    size_t header = 2;
    frame[0] = 0x80 | opcode;
    frame[1] = 0x80 | (length < 126 ? (uint8_t)length : 126);
    if (length >= 126) {
        frame[2] = (uint8_t)(length >> 8);
        frame[3] = (uint8_t)length;
        header = 4;
    }
    memcpy(frame + header, mask, 4);
    for (size_t index = 0; index < length; index++) frame[header + 4 + index] = payload[index] ^ mask[index & 3];
    return header + 4 + length;
}

bool member_send_text(struct member *member, const char *text, size_t length) {
    uint8_t frame[1024];
    if (length + FRAME_OVERHEAD > sizeof frame) return false;
    return secure_write(&member->connection, frame, put_frame(frame, OPCODE_TEXT, (const uint8_t *)text, length));
}

#define MESSAGE_BEGIN "{\"type\":\"ice-candidate\",\"target\":\""
#define PAYLOAD_BEGIN "{\"candidate\":\"candidate:"
#define PAYLOAD_END "\",\"sdpMid\":\"0\",\"sdpMLineIndex\":0}"

// The payload of a member's message, which arrives byte for byte: who sent it, which one it is, and filler of that.
static size_t put_payload(char *payload, uint32_t number, uint32_t sequence, size_t length) {
    size_t at = (size_t)sprintf(payload, PAYLOAD_BEGIN "%08x %08x ", number, sequence);
    size_t end = length - strlen(PAYLOAD_END);
    for (uint32_t letter = (number + sequence) % 26; at < end; at++, letter = letter == 25 ? 0 : letter + 1)
        payload[at] = (char)('a' + letter);
    memcpy(payload + at, PAYLOAD_END, strlen(PAYLOAD_END));
    return length;
}

static size_t payload_length(const struct member *target) {
    return MESSAGE_LENGTH - strlen(MESSAGE_BEGIN) - strlen(target->identifier) - strlen("\",\"candidate\":") - 1;
}

bool member_send(struct member *member, uint32_t count) {
    uint8_t frames[BATCH * (MESSAGE_LENGTH + FRAME_OVERHEAD)];
    char text[MESSAGE_LENGTH + 1];
    size_t begin = (size_t)sprintf(text, MESSAGE_BEGIN "%s\",\"candidate\":", member->target->identifier);
    while (count > 0) {
        size_t length = 0;
        for (uint32_t in_batch = 0; in_batch < BATCH && count > 0; in_batch++, count--) {
            size_t end = begin + put_payload(text + begin, member->number, member->sent++, payload_length(member->target));
            text[end] = '}';
            length += put_frame(frames + length, OPCODE_TEXT, (const uint8_t *)text, end + 1);
        }
        if (!secure_write(&member->connection, frames, length)) return false;
    }
    return true;
}

// --- Receiving

static bool begins_with(const char *text, size_t length, const char *begin) {
    return length >= strlen(begin) && memcmp(text, begin, strlen(begin)) == 0;
}

static void take_identifier(struct member *member, const char *text, size_t length) {
    static const char field[] = "\"peerId\":\"";
    const char *start = memmem(text, length, field, strlen(field));
    if (!start) return hub_fail(member->hub, "joined without a peerId");
    start += strlen(field);
    const char *end = memchr(start, '"', length - (size_t)(start - text));
    if (!end || end - start >= IDENTIFIER_CAPACITY) return hub_fail(member->hub, "joined with a strange peerId");
    memcpy(member->identifier, start, (size_t)(end - start));
    member->state = MEMBER_JOINED;
    hub_joined(member->hub);
}

// Whether it is what the sender sent, whole and from it. Also tells which one.
static bool is_intact(const struct member *sender, const char *text, size_t length, uint32_t *sequence) {
    char payload[MESSAGE_LENGTH + 1], from[IDENTIFIER_CAPACITY + 16];
    const char *found = memmem(text, length, PAYLOAD_BEGIN, strlen(PAYLOAD_BEGIN));
    size_t expected = payload_length(sender->target);
    if (!found || (size_t)(text + length - found) < expected) return false;
    unsigned number = 0;
    if (sscanf(found + strlen(PAYLOAD_BEGIN), "%8x %8x ", &number, sequence) != 2) return false;
    put_payload(payload, sender->number, *sequence, expected);
    size_t from_length = (size_t)sprintf(from, "\"from\":\"%s\"", sender->identifier);
    return memcmp(found, payload, expected) == 0 && memmem(text, length, from, from_length);
}

static void take_message(struct member *member, const char *text, size_t length) {
    struct member *sender = member->sender;
    struct load_hub_counts *counts = &member->hub->counts;
    uint32_t sequence = sender->arrived, before = sender->arrived;
    if (!is_intact(sender, text, length, &sequence)) {
        counts->garbled++;
        sender->arrived++;
    } else if (sequence < sender->arrived || sequence >= sender->sent) {
        counts->reordered++;
        return;
    } else {
        counts->received++;
        sender->arrived = sequence + 1;
    }
    uint32_t freed = sender->arrived - before;
    if (member->hub->window && !member_send(sender, freed)) hub_fail(member->hub, "a message was not taken");
    if (member->hub->window) counts->sent += freed;
}

static void take_text(struct member *member, const char *text, size_t length) {
    if (begins_with(text, length, "{\"type\":\"ice-candidate\"")) return take_message(member, text, length);
    if (begins_with(text, length, "{\"type\":\"joined\"")) return take_identifier(member, text, length);
    if (begins_with(text, length, "{\"type\":\"error\"")) {
        fprintf(stderr, "%.*s\n", (int)length, text);
        hub_fail(member->hub, "the server refuses");
    }
}

static void take_frame(struct member *member, enum opcode opcode, const uint8_t *payload, size_t length) {
    uint8_t pong[125 + FRAME_OVERHEAD];
    switch (opcode) {
    case OPCODE_TEXT: return take_text(member, (const char *)payload, length);
    case OPCODE_CLOSE: return hub_fail(member->hub, "the server closes a connection");
    case OPCODE_PONG: return;
    case OPCODE_PING:
        member->hub->counts.pings++;
        if (length > 125 || !secure_write(&member->connection, pong, put_frame(pong, OPCODE_PONG, payload, length)))
            hub_fail(member->hub, "a ping cannot be answered");
    }
}

// The bytes of a whole frame; 0 when there is none.
static size_t frame_length(const uint8_t *bytes, size_t length, size_t *header) {
    if (length < 2) return 0;
    size_t payload = bytes[1] & 0x7F;
    *header = payload == 126 ? 4 : payload == 127 ? 10 : 2;
    if (length < *header) return 0;
    if (payload >= 126) payload = (size_t)bytes[*header - 2] << 8 | bytes[*header - 1];
    return length < *header + payload ? 0 : *header + payload;
}

static size_t take_frames(struct member *member, const uint8_t *bytes, size_t length) {
    size_t position = 0, header = 0, whole;
    while (!member->hub->has_failed && (whole = frame_length(bytes + position, length - position, &header)) > 0) {
        take_frame(member, bytes[position] & 0x0F, bytes + position + header, whole - header);
        position += whole;
    }
    return position;
}

void member_receive(struct member *member, const uint8_t *bytes, size_t length) {
    if (member->partial_length > 0) {
        member->partial = realloc(member->partial, member->partial_length + length);
        memcpy(member->partial + member->partial_length, bytes, length);
        bytes = member->partial;
        length += member->partial_length;
    }
    size_t taken = take_frames(member, bytes, length);
    uint8_t *rest = NULL;
    if (taken < length) {
        rest = malloc(length - taken);
        memcpy(rest, bytes + taken, length - taken);
    }
    free(member->partial);
    member->partial = rest;
    member->partial_length = length - taken;
}
