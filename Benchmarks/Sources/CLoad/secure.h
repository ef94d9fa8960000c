// SPDX-License-Identifier: Apache-2.0
#ifndef SWIFTTURN_SECURE_H
#define SWIFTTURN_SECURE_H

#include "endpoint.h"

/// A TLS connection that never waits, watched by an epoll.
struct secure {
    int fd;
    SSL *ssl;
};

/// Connects and begins the handshake, a full one. `owner` is what events come with.
bool secure_open(struct secure *connection, const struct sockaddr_in6 *server, socklen_t length, int epoll, void *owner);
/// - returns: 1 when it is done, 0 when it needs more, -1 when it failed.
int secure_handshake(struct secure *connection);
/// - returns: 0 when there is nothing to read now, -1 when the connection ended.
ssize_t secure_read(struct secure *connection, uint8_t *bytes, size_t capacity);
/// All of it or nothing: what is under way is bounded far below what a socket takes.
bool secure_write(struct secure *connection, const uint8_t *bytes, size_t length);
void secure_close(struct secure *connection);

#endif
