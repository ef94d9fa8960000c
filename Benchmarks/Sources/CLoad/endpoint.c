// SPDX-License-Identifier: Apache-2.0
//
// Connections: made and used with blocking calls, until the engine takes over.

#include "endpoint.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const int datagram_buffer = 4 * 1024 * 1024;
// Of Ethernet. The loopback's would be many times what a small receive buffer holds, and then the kernel at either end
// waits until half of that buffer is free (RFC 9293, section 3.8.6.2): no network has that.
static const int segment_length = 1460;

uint64_t monotonic_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

socklen_t fill_address(struct sockaddr_in6 *storage, const char *text, uint16_t port) {
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)storage;
    memset(storage, 0, sizeof *storage);
    if (inet_pton(AF_INET, text, &ipv4->sin_addr) == 1) {
        ipv4->sin_family = AF_INET;
        ipv4->sin_port = htons(port);
        return sizeof *ipv4;
    }
    if (inet_pton(AF_INET6, text, &storage->sin6_addr) != 1) return 0;
    storage->sin6_family = AF_INET6;
    storage->sin6_port = htons(port);
    return sizeof *storage;
}

// Reads ahead, so that a record does not take two system calls.
SSL_CTX *client_context(void) {
    static SSL_CTX *context;
    if (!context) {
        context = SSL_CTX_new(TLS_client_method());
        SSL_CTX_set_read_ahead(context, 1);
        SSL_CTX_set_default_read_buffer_len(context, 64 * 1024);
    }
    return context;
}

static SSL *handshake(int fd) {
    SSL *ssl = SSL_new(client_context());
    if (ssl && SSL_set_fd(ssl, fd) == 1 && SSL_connect(ssl) == 1) return ssl;
    SSL_free(ssl);
    errno = 0;
    return NULL;
}

static struct load_endpoint *new_endpoint(int fd, enum load_transport transport) {
    struct load_endpoint *endpoint = calloc(1, sizeof *endpoint);
    endpoint->fd = fd;
    endpoint->transport = transport;
    endpoint->received = malloc(transport == LOAD_UDP ? DATAGRAM_BATCH * DATAGRAM_CAPACITY : RECEIVE_CAPACITY);
    return endpoint;
}

struct load_endpoint *load_endpoint_connect(enum load_transport transport, const char *address, uint16_t port,
                                            int receive_buffer) {
    struct sockaddr_in6 server;
    socklen_t length = fill_address(&server, address, port);
    if (!length) return errno = EINVAL, NULL;
    int fd = socket(server.sin6_family, (transport == LOAD_UDP ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
    if (fd < 0) return NULL;
    if (transport == LOAD_UDP && !receive_buffer) receive_buffer = datagram_buffer;
    if (receive_buffer) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    if (receive_buffer && transport != LOAD_UDP)
        setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &segment_length, sizeof segment_length);
    if (connect(fd, (struct sockaddr *)&server, length) != 0) {
        int error = errno;
        close(fd);
        errno = error;
        return NULL;
    }
    int on = 1;
    if (transport != LOAD_UDP) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    SSL *ssl = NULL;
    if (transport == LOAD_TLS && !(ssl = handshake(fd))) {
        close(fd);
        return NULL;
    }
    struct load_endpoint *endpoint = new_endpoint(fd, transport);
    endpoint->ssl = ssl;
    return endpoint;
}

struct load_endpoint *load_endpoint_peer(const char *address) {
    struct sockaddr_in6 local;
    socklen_t length = fill_address(&local, address, 0);
    if (!length) return errno = EINVAL, NULL;
    int fd = socket(local.sin6_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return NULL;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &datagram_buffer, sizeof datagram_buffer);
    if (bind(fd, (struct sockaddr *)&local, length) != 0) {
        close(fd);
        return NULL;
    }
    struct load_endpoint *endpoint = new_endpoint(fd, LOAD_UDP);
    endpoint->is_peer = true;
    return endpoint;
}

void load_endpoint_free(struct load_endpoint *endpoint) {
    if (!endpoint) return;
    SSL_free(endpoint->ssl);
    close(endpoint->fd);
    free(endpoint->received);
    free(endpoint->unsent);
    free(endpoint);
}

uint16_t load_endpoint_port(const struct load_endpoint *endpoint) {
    struct sockaddr_in6 local;
    socklen_t length = sizeof local;
    if (getsockname(endpoint->fd, (struct sockaddr *)&local, &length) != 0) return 0;
    return ntohs(local.sin6_port);
}

int load_endpoint_set_destination(struct load_endpoint *endpoint, const char *address, uint16_t port) {
    endpoint->destination_length = fill_address(&endpoint->destination, address, port);
    return endpoint->destination_length ? 0 : -1;
}

void load_endpoint_set_framing(struct load_endpoint *endpoint, const uint8_t *prefix, size_t length, size_t padding) {
    if (length > sizeof endpoint->prefix) return;
    memcpy(endpoint->prefix, prefix, length);
    endpoint->prefix_length = length;
    endpoint->padding = padding;
}

void load_endpoint_set_read_rate(struct load_endpoint *endpoint, double bytes_per_second) {
    endpoint->read_interval = bytes_per_second > 0 ? 1e9 / bytes_per_second : 0;
    // What is read ahead would not wait for the link.
    if (endpoint->ssl) SSL_set_read_ahead(endpoint->ssl, 0);
}

// --- Requests

bool load_endpoint_send(struct load_endpoint *endpoint, const uint8_t *bytes, size_t length) {
    while (length > 0) {
        ssize_t taken = endpoint->ssl ? SSL_write(endpoint->ssl, bytes, (int)length)
                                      : send(endpoint->fd, bytes, length, MSG_NOSIGNAL);
        if (taken <= 0) return false;
        bytes += taken;
        length -= (size_t)taken;
    }
    return true;
}

static ssize_t receive_some(struct load_endpoint *endpoint, uint8_t *bytes, size_t capacity, int milliseconds) {
    struct pollfd wait = {.fd = endpoint->fd, .events = POLLIN};
    if (!(endpoint->ssl && SSL_pending(endpoint->ssl)) && poll(&wait, 1, milliseconds) == 0) return 0;
    ssize_t length = endpoint->ssl ? SSL_read(endpoint->ssl, bytes, (int)capacity)
                                   : recv(endpoint->fd, bytes, capacity, 0);
    return length > 0 ? length : -1;
}

// Before the engine runs, a server sends answers alone: what comes is a message, or the begin of one.
ssize_t load_endpoint_receive(struct load_endpoint *endpoint, uint8_t *bytes, size_t capacity, int milliseconds) {
    size_t have = 0, wanted = endpoint->transport == LOAD_UDP ? 0 : 20;
    do {
        size_t room = wanted ? wanted - have : capacity;
        ssize_t length = receive_some(endpoint, bytes + have, room, milliseconds);
        if (length <= 0) return length;
        have += (size_t)length;
        if (wanted == 20 && have == 20) wanted = 20 + (size_t)(bytes[2] << 8 | bytes[3]);
        if (wanted > capacity) return -1;
    } while (have < wanted);
    return (ssize_t)have;
}
