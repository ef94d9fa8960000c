// SPDX-License-Identifier: Apache-2.0
#ifndef SWIFTTURN_ENDPOINT_H
#define SWIFTTURN_ENDPOINT_H

#include "load.h"

#include <netinet/in.h>
#include <openssl/ssl.h>

#define RECEIVE_CAPACITY (256 * 1024)
#define DATAGRAM_BATCH 64
#define DATAGRAM_CAPACITY 2048

struct load_endpoint {
    int fd;
    enum load_transport transport;
    SSL *ssl;
    /// Records that are to be written: TLS writes into memory, so that one system call takes many records.
    BIO *records;
    bool is_peer, has_ended;
    struct sockaddr_in6 destination;
    socklen_t destination_length;

    uint8_t prefix[LOAD_PREFIX_CAPACITY];
    size_t prefix_length, padding;

    /// A stream's bytes that have come, and those that the socket did not take yet.
    uint8_t *received, *unsent;
    size_t received_length, unsent_length, unsent_capacity;

    /// Nanoseconds that a byte takes on the narrow link; 0 for no link.
    double read_interval;
    uint64_t readable_from;

    /// Of the engine.
    uint32_t events;
};

/// Takes whole frames out of an endpoint; `length` bytes of payload in each.
typedef void frame_handler(void *context, const uint8_t *payload, size_t length);
/// - returns: whether there may be more to read.
bool endpoint_read(struct load_endpoint *endpoint, uint64_t now, frame_handler *handle, void *context);

/// Sends frames of one payload size that lie one behind the other. What a stream does not take waits; what a datagram
/// socket does not take is lost.
void endpoint_write(struct load_endpoint *endpoint, uint8_t *frames, size_t frame_length, size_t count);
/// From here on nothing waits: TLS reads the socket by itself.
void endpoint_set_nonblocking(struct load_endpoint *endpoint);
/// Whether a stream has sent all that it was given.
bool endpoint_flush(struct load_endpoint *endpoint);

uint64_t monotonic_now(void);
/// Of all TLS connections here.
SSL_CTX *client_context(void);
/// - returns: 0 when the text is no IP address.
socklen_t fill_address(struct sockaddr_in6 *storage, const char *text, uint16_t port);

#endif
