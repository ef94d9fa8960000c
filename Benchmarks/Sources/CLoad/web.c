// SPDX-License-Identifier: Apache-2.0
//
// One file again and again, over connections that stay: each has one request under way.

#define _GNU_SOURCE
#include "secure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS 64
#define HEAD_CAPACITY 4096

struct browser {
    struct secure connection;
    bool is_open;
    uint8_t *response;
    size_t length, capacity;
};

struct load_web {
    int epoll;
    struct browser *browsers;
    size_t count;
    char *request;
    const uint8_t *body;
    size_t body_length;
    struct load_web_counts counts;
    bool has_failed;
};

struct load_web *load_web_new(const char *address, uint16_t port, uint32_t connections, const char *path,
                              const uint8_t *body, size_t body_length) {
    struct sockaddr_in6 server;
    socklen_t length = fill_address(&server, address, port);
    struct load_web *web = calloc(1, sizeof *web);
    web->epoll = epoll_create1(EPOLL_CLOEXEC);
    web->browsers = calloc(connections, sizeof *web->browsers);
    web->count = connections;
    web->body = body;
    web->body_length = body_length;
    if (asprintf(&web->request, "GET %s HTTP/1.1\r\nHost: localhost\r\nUser-Agent: load\r\nAccept: */*\r\n\r\n", path) < 0)
        web->has_failed = true;
    for (size_t index = 0; index < connections; index++) {
        struct browser *browser = &web->browsers[index];
        browser->capacity = body_length + HEAD_CAPACITY;
        browser->response = malloc(browser->capacity);
        if (!secure_open(&browser->connection, &server, length, web->epoll, browser)) web->has_failed = true;
    }
    return web;
}

void load_web_free(struct load_web *web) {
    for (size_t index = 0; index < web->count; index++) {
        secure_close(&web->browsers[index].connection);
        free(web->browsers[index].response);
    }
    close(web->epoll);
    free(web->browsers);
    free(web->request);
    free(web);
}

static void ask(struct load_web *web, struct browser *browser) {
    browser->length = 0;
    web->counts.sent++;
    if (!secure_write(&browser->connection, (const uint8_t *)web->request, strlen(web->request))) web->has_failed = true;
}

// - returns: 0 when the response is not whole, 1 when it is what was expected, -1 when it is something else.
static int judge(const struct load_web *web, const struct browser *browser) {
    const uint8_t *end = memmem(browser->response, browser->length, "\r\n\r\n", 4);
    if (!end) return browser->length < browser->capacity ? 0 : -1;
    size_t head = (size_t)(end + 4 - browser->response), body = browser->length - head;
    if (body < web->body_length) return 0;
    bool is_expected = memcmp(browser->response, "HTTP/1.1 200", 12) == 0 && body == web->body_length &&
                       memcmp(end + 4, web->body, body) == 0;
    return is_expected ? 1 : -1;
}

static void serve(struct load_web *web, struct browser *browser) {
    if (!browser->is_open) {
        int progress = secure_handshake(&browser->connection);
        if (progress < 0) web->has_failed = true;
        if (progress <= 0) return;
        browser->is_open = true;
        ask(web, browser);
    }
    while (!web->has_failed) {
        ssize_t length = secure_read(&browser->connection, browser->response + browser->length,
                                     browser->capacity - browser->length);
        if (length < 0) web->has_failed = true;
        if (length <= 0) return;
        browser->length += (size_t)length;
        int verdict = judge(web, browser);
        if (verdict == 0) continue;
        web->counts.received += verdict == 1;
        web->counts.wrong += verdict == -1;
        ask(web, browser);
    }
}

bool load_web_run(struct load_web *web, double seconds) {
    struct epoll_event events[EVENTS];
    uint64_t end = monotonic_now() + (uint64_t)(seconds * 1e9);
    while (!web->has_failed && monotonic_now() < end) {
        int count = epoll_wait(web->epoll, events, EVENTS, 10);
        for (int index = 0; index < count && !web->has_failed; index++) serve(web, events[index].data.ptr);
    }
    return !web->has_failed;
}

struct load_web_counts load_web_count(const struct load_web *web) { return web->counts; }
