// SPDX-License-Identifier: Apache-2.0
#ifndef SWIFTTURN_HUB_H
#define SWIFTTURN_HUB_H

#include "secure.h"

#define IDENTIFIER_CAPACITY 64
/// Of a message to another member, as it is sent: JSON without a byte to spare.
#define MESSAGE_LENGTH 220

enum member_state { MEMBER_SHAKING, MEMBER_UPGRADING, MEMBER_JOINING, MEMBER_JOINED };

/// A WebSocket that joins a room, and sends to the next member of it.
struct member {
    struct load_hub *hub;
    struct secure connection;
    enum member_state state;
    uint32_t number;
    char identifier[IDENTIFIER_CAPACITY];
    /// Who sends to it.
    struct member *sender;
    /// To whom it sends.
    struct member *target;
    /// Messages that it has sent, and up to which the target has got them.
    uint32_t sent, arrived;
    /// What came of a frame that is not whole.
    uint8_t *partial;
    size_t partial_length;
};

struct load_hub {
    struct sockaddr_in6 server;
    socklen_t server_length;
    int epoll;
    struct member **members;
    size_t count, joined, capacity;
    /// Messages that each member has under way.
    uint32_t window;
    bool has_failed;
    struct load_hub_counts counts;
};

// hub-messages.c

/// Handles frames; what is not whole stays with the member.
void member_receive(struct member *member, const uint8_t *bytes, size_t length);
bool member_send_text(struct member *member, const char *text, size_t length);
/// Sends so many more messages to its target.
bool member_send(struct member *member, uint32_t count);
/// Told when a member is in its room.
void hub_joined(struct load_hub *hub);
void hub_fail(struct load_hub *hub, const char *why);

#endif
