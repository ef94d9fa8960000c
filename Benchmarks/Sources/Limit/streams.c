// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "limit.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS 256
#define CAPACITY (64 * 1024)

struct connection {
    int fd;
    SSL *ssl;
    struct connection *other;
    bool has_said_hello, wants_writable;
    uint8_t received[CAPACITY];
    size_t received_length;
    uint8_t *unsent;
    size_t unsent_length, unsent_capacity;
};

static int epoll;
static struct connection *first_of_pair[PAIRS];

static void watch(struct connection *connection, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = connection};
    epoll_ctl(epoll, operation, connection->fd, &event);
}

static void end(struct connection *connection) {
    for (size_t i = 0; i < PAIRS; i++)
        if (first_of_pair[i] == connection) first_of_pair[i] = NULL;
    if (connection->other) connection->other->other = NULL;
    SSL_free(connection->ssl);
    close(connection->fd);
    free(connection->unsent);
    free(connection);
}

// --- Writing

static size_t write_some(struct connection *connection, const uint8_t *bytes, size_t length) {
    if (!connection->ssl) {
        ssize_t taken = send(connection->fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
        return taken > 0 ? (size_t)taken : 0;
    }
    size_t sent = 0;
    while (sent < length) {
        int taken = SSL_write(connection->ssl, bytes + sent, (int)(length - sent));
        if (taken <= 0) break;
        sent += (size_t)taken;
    }
    return sent;
}

static void keep(struct connection *connection, const uint8_t *bytes, size_t length) {
    if (connection->unsent_length + length > connection->unsent_capacity) {
        connection->unsent_capacity = (connection->unsent_length + length) * 2;
        connection->unsent = realloc(connection->unsent, connection->unsent_capacity);
    }
    memcpy(connection->unsent + connection->unsent_length, bytes, length);
    connection->unsent_length += length;
    if (!connection->wants_writable) watch(connection, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    connection->wants_writable = true;
}

static void write_or_keep(struct connection *connection, const uint8_t *bytes, size_t length) {
    size_t sent = connection->unsent_length ? 0 : write_some(connection, bytes, length);
    if (sent < length) keep(connection, bytes + sent, length - sent);
}

static void flush(struct connection *connection) {
    size_t sent = write_some(connection, connection->unsent, connection->unsent_length);
    connection->unsent_length -= sent;
    memmove(connection->unsent, connection->unsent + sent, connection->unsent_length);
    if (connection->unsent_length) return;
    watch(connection, EPOLL_CTL_MOD, EPOLLIN);
    connection->wants_writable = false;
}

// --- Reading

static void say_hello(struct connection *connection, int pair) {
    connection->has_said_hello = true;
    if (first_of_pair[pair]) {
        connection->other = first_of_pair[pair];
        connection->other->other = connection;
        first_of_pair[pair] = NULL;
    } else {
        first_of_pair[pair] = connection;
    }
    write_or_keep(connection, welcome, sizeof welcome);
}

// All frames of one read leave as one write.
static void forward(struct connection *connection) {
    uint8_t *bytes = connection->received;
    size_t whole = 0;
    while (whole + 4 <= connection->received_length) {
        size_t length = 4 + (((size_t)(bytes[whole + 2] << 8 | bytes[whole + 3]) + 3) & ~(size_t)3);
        if (whole + length > connection->received_length) break;
        bytes[whole] = 0x40;
        bytes[whole + 1] = 0x01;
        whole += length;
    }
    if (whole && connection->other) write_or_keep(connection->other, bytes, whole);
    connection->received_length -= whole;
    memmove(bytes, bytes + whole, connection->received_length);
}

static ssize_t read_some(struct connection *connection) {
    uint8_t *at = connection->received + connection->received_length;
    size_t room = CAPACITY - connection->received_length;
    if (!connection->ssl) return recv(connection->fd, at, room, MSG_DONTWAIT);
    int length = SSL_read(connection->ssl, at, (int)room);
    if (length > 0) return length;
    errno = EAGAIN;
    int error = SSL_get_error(connection->ssl, length);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? -1 : 0;
}

/// - returns: false when the connection has ended.
static bool read_all(struct connection *connection) {
    for (;;) {
        ssize_t length = read_some(connection);
        if (length == 0 || (length < 0 && errno != EAGAIN)) return false;
        if (length > 0) connection->received_length += (size_t)length;
        bool is_full = connection->received_length == CAPACITY;
        if (length > 0 && connection->ssl && !is_full) continue;
        if (!connection->has_said_hello && connection->received_length >= HELLO_LENGTH) {
            int pair = pair_of_hello(connection->received, HELLO_LENGTH);
            if (pair < 0) return false;
            connection->received_length -= HELLO_LENGTH;
            memmove(connection->received, connection->received + HELLO_LENGTH, connection->received_length);
            say_hello(connection, pair);
        }
        if (connection->has_said_hello) forward(connection);
        if (length < 0 || !is_full) return true;
    }
}

// --- Connections

static void accept_one(int listener, SSL_CTX *context) {
    int on = 1, fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct connection *connection = calloc(1, sizeof *connection);
    connection->fd = fd;
    if (context) {
        connection->ssl = SSL_new(context);
        SSL_set_fd(connection->ssl, fd);
        SSL_set_accept_state(connection->ssl);
    }
    watch(connection, EPOLL_CTL_ADD, EPOLLIN);
}

int serve_streams(uint16_t port, SSL_CTX *context) {
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&local, sizeof local) != 0 || listen(listener, 1024) != 0)
        return perror("listen"), 71;
    epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event accepting = {.events = EPOLLIN}, events[EVENTS];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &accepting);
    for (;;) {
        int count = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            struct connection *connection = events[i].data.ptr;
            if (!connection) {
                accept_one(listener, context);
                continue;
            }
            if (events[i].events & EPOLLOUT) flush(connection);
            if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR) && !read_all(connection)) end(connection);
        }
    }
}
