// SPDX-License-Identifier: Apache-2.0
//
// The floor of a relay on this machine: reads, rewrites 4 bytes of each frame and writes to the other connection, with
// none of what makes a TURN server. A connection says first, in a channel frame, which pair it belongs to.

#ifndef SWIFTTURN_LIMIT_H
#define SWIFTTURN_LIMIT_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAIRS 4096
/// Channel number, length, number of the pair.
#define HELLO_LENGTH 8

int serve_streams(uint16_t port, SSL_CTX *context);
int serve_datagrams(uint16_t port);

/// A STUN success response without attributes: what the load generator waits for.
extern const uint8_t welcome[20];
/// - returns: the pair of a hello, -1 for anything else.
int pair_of_hello(const uint8_t *bytes, size_t length);

#endif
