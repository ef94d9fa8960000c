// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "limit.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define BATCH 64
#define CAPACITY 2048
#define SLOTS (PAIRS * 8)

// A client by its address, in a table with open addressing, and where its datagrams go.
struct client {
    struct sockaddr_in address, other;
};
static struct client clients[SLOTS];
static struct sockaddr_in first_of_pair[PAIRS];

static struct client *find(const struct sockaddr_in *address) {
    uint64_t key = (uint64_t)address->sin_addr.s_addr << 16 | address->sin_port;
    size_t slot = (size_t)(key * 0x9E3779B97F4A7C15 >> 40) % SLOTS;
    while (clients[slot].address.sin_port && (clients[slot].address.sin_port != address->sin_port ||
                                              clients[slot].address.sin_addr.s_addr != address->sin_addr.s_addr))
        slot = (slot + 1) % SLOTS;
    return &clients[slot];
}

static void connect_client(int pair, const struct sockaddr_in *address) {
    struct sockaddr_in *first = &first_of_pair[pair];
    struct client *client = find(address);
    client->address = *address;
    if (!first->sin_port) {
        *first = *address;
        return;
    }
    client->other = *first;
    find(first)->other = *address;
    memset(first, 0, sizeof *first);
}

int serve_datagrams(uint16_t port) {
    static uint8_t bytes[BATCH][CAPACITY];
    static struct sockaddr_in sources[BATCH];
    struct mmsghdr in[BATCH], out[BATCH];
    struct iovec in_parts[BATCH], out_parts[BATCH];
    int size = 4 * 1024 * 1024, fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    if (bind(fd, (struct sockaddr *)&local, sizeof local) != 0) return perror("bind"), 71;
    for (;;) {
        for (int i = 0; i < BATCH; i++) {
            in_parts[i] = (struct iovec){bytes[i], CAPACITY};
            in[i].msg_hdr = (struct msghdr){&sources[i], sizeof sources[i], &in_parts[i], 1, NULL, 0, 0};
        }
        int count = recvmmsg(fd, in, BATCH, MSG_WAITFORONE, NULL), leaving = 0;
        for (int i = 0; i < count; i++) {
            int pair = pair_of_hello(bytes[i], in[i].msg_len);
            struct client *client = find(&sources[i]);
            if (pair >= 0) {
                connect_client(pair, &sources[i]);
                sendto(fd, welcome, sizeof welcome, 0, (struct sockaddr *)&sources[i], sizeof sources[i]);
            } else if (client->other.sin_port) {
                bytes[i][0] = 0x40;
                bytes[i][1] = 0x01;
                out_parts[leaving] = (struct iovec){bytes[i], in[i].msg_len};
                out[leaving].msg_hdr = (struct msghdr){&client->other, sizeof client->other, &out_parts[leaving], 1,
                                                       NULL, 0, 0};
                leaving++;
            }
        }
        for (int sent = 0, taken; sent < leaving; sent += taken)
            if ((taken = sendmmsg(fd, out + sent, (unsigned)(leaving - sent), 0)) <= 0) break;
    }
}
