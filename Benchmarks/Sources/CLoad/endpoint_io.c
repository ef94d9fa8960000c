// SPDX-License-Identifier: Apache-2.0
//
// The hot path: frames out of a socket, frames into one.

#define _GNU_SOURCE
#include "endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

// --- Reading

static size_t length_at(const uint8_t *bytes) { return (size_t)(bytes[0] << 8 | bytes[1]); }

// RFC 8656, section 11.3: the payload of a Data indication is its DATA attribute. Answers to nobody are skipped.
static void take_message(const uint8_t *bytes, size_t length, frame_handler *handle, void *context) {
    if (bytes[0] != 0x00 || bytes[1] != 0x17) return;
    for (size_t at = 20; at + 4 <= length;) {
        size_t value = length_at(bytes + at + 2);
        if (at + 4 + value > length) return;
        if (bytes[at] == 0x00 && bytes[at + 1] == 0x13) return handle(context, bytes + at + 4, value);
        at += 4 + ((value + 3) & ~(size_t)3);
    }
}

/// - returns: the length of the frame at the begin of the bytes, 0 when it is not whole.
static size_t take_frame(const uint8_t *bytes, size_t have, bool is_padded, frame_handler *handle, void *context) {
    if (have < 4) return 0;
    bool is_channel = (bytes[0] & 0xC0) == 0x40;
    size_t value = length_at(bytes + 2), length = value + (is_channel ? 4 : 20);
    if (is_channel && is_padded) length = (length + 3) & ~(size_t)3;
    if (have < length) return 0;
    if (is_channel) {
        handle(context, bytes + 4, value);
    } else {
        take_message(bytes, length, handle, context);
    }
    return length;
}

static bool read_datagrams(struct load_endpoint *endpoint, frame_handler *handle, void *context) {
    static struct mmsghdr messages[DATAGRAM_BATCH];
    static struct iovec parts[DATAGRAM_BATCH];
    for (int i = 0; i < DATAGRAM_BATCH; i++) {
        parts[i] = (struct iovec){endpoint->received + i * DATAGRAM_CAPACITY, DATAGRAM_CAPACITY};
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
    }
    int count = recvmmsg(endpoint->fd, messages, DATAGRAM_BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < count; i++) {
        const uint8_t *bytes = parts[i].iov_base;
        if (endpoint->is_peer) {
            handle(context, bytes, messages[i].msg_len);
        } else {
            take_frame(bytes, messages[i].msg_len, false, handle, context);
        }
    }
    return count == DATAGRAM_BATCH;
}

static ssize_t read_stream(struct load_endpoint *endpoint, size_t room) {
    uint8_t *end = endpoint->received + endpoint->received_length;
    if (!endpoint->ssl) {
        ssize_t length = recv(endpoint->fd, end, room, MSG_DONTWAIT);
        endpoint->has_ended = length == 0 || (length < 0 && errno != EAGAIN);
        return length;
    }
    int length = SSL_read(endpoint->ssl, end, (int)room);
    if (length > 0) return length;
    endpoint->has_ended = SSL_get_error(endpoint->ssl, length) != SSL_ERROR_WANT_READ;
    return -1;
}

static void take_frames(struct load_endpoint *endpoint, frame_handler *handle, void *context) {
    size_t at = 0, length;
    while ((length = take_frame(endpoint->received + at, endpoint->received_length - at, true, handle, context)))
        at += length;
    endpoint->received_length -= at;
    memmove(endpoint->received, endpoint->received + at, endpoint->received_length);
}

// A narrow link lets through a packet's worth at a time.
static size_t room_at(const struct load_endpoint *endpoint, uint64_t now) {
    size_t room = RECEIVE_CAPACITY - endpoint->received_length;
    if (endpoint->read_interval == 0) return room;
    return now < endpoint->readable_from ? 0 : 1200;
}

bool endpoint_read(struct load_endpoint *endpoint, uint64_t now, frame_handler *handle, void *context) {
    if (endpoint->transport == LOAD_UDP) return read_datagrams(endpoint, handle, context);
    size_t room = room_at(endpoint, now);
    if (!room) return false;
    ssize_t length = read_stream(endpoint, room);
    if (length <= 0) return false;
    if (endpoint->read_interval > 0) {
        uint64_t from = endpoint->readable_from > now - 100000000 ? endpoint->readable_from : now;
        endpoint->readable_from = from + (uint64_t)((double)length * endpoint->read_interval);
    }
    endpoint->received_length += (size_t)length;
    take_frames(endpoint, handle, context);
    return endpoint->ssl != NULL || (size_t)length == room;
}

// --- Writing

void endpoint_set_nonblocking(struct load_endpoint *endpoint) {
    fcntl(endpoint->fd, F_SETFL, fcntl(endpoint->fd, F_GETFL) | O_NONBLOCK);
}

static void write_datagrams(struct load_endpoint *endpoint, uint8_t *frames, size_t frame_length, size_t count) {
    static struct mmsghdr messages[DATAGRAM_BATCH];
    static struct iovec parts[DATAGRAM_BATCH];
    for (size_t i = 0; i < count; i++) {
        parts[i] = (struct iovec){frames + i * frame_length, frame_length};
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
        if (endpoint->is_peer) {
            messages[i].msg_hdr.msg_name = &endpoint->destination;
            messages[i].msg_hdr.msg_namelen = endpoint->destination_length;
        }
    }
    for (size_t sent = 0; sent < count;) {
        int taken = sendmmsg(endpoint->fd, messages + sent, (unsigned)(count - sent), MSG_DONTWAIT);
        if (taken <= 0) return;
        sent += (size_t)taken;
    }
}

static void keep(struct load_endpoint *endpoint, const uint8_t *bytes, size_t length) {
    if (endpoint->unsent_length + length > endpoint->unsent_capacity) {
        endpoint->unsent_capacity = (endpoint->unsent_length + length) * 2;
        endpoint->unsent = realloc(endpoint->unsent, endpoint->unsent_capacity);
    }
    memcpy(endpoint->unsent + endpoint->unsent_length, bytes, length);
    endpoint->unsent_length += length;
}

static size_t send_now(struct load_endpoint *endpoint, const uint8_t *bytes, size_t length) {
    ssize_t taken = send(endpoint->fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (taken < 0 && errno != EAGAIN) endpoint->has_ended = true;
    return taken > 0 ? (size_t)taken : 0;
}

static void send_or_keep(struct load_endpoint *endpoint, const uint8_t *bytes, size_t length) {
    size_t taken = endpoint->unsent_length ? 0 : send_now(endpoint, bytes, length);
    if (taken < length) keep(endpoint, bytes + taken, length - taken);
}

// A record for each frame, as browsers and other clients write them, and one system call for all.
static void write_records(struct load_endpoint *endpoint, const uint8_t *frames, size_t frame_length, size_t count) {
    if (!endpoint->records) {
        endpoint->records = BIO_new(BIO_s_mem());
        SSL_set0_wbio(endpoint->ssl, endpoint->records);
    }
    for (size_t i = 0; i < count; i++) SSL_write(endpoint->ssl, frames + i * frame_length, (int)frame_length);
    char *bytes = NULL;
    long length = BIO_get_mem_data(endpoint->records, &bytes);
    send_or_keep(endpoint, (const uint8_t *)bytes, (size_t)length);
    (void)BIO_reset(endpoint->records);
}

void endpoint_write(struct load_endpoint *endpoint, uint8_t *frames, size_t frame_length, size_t count) {
    switch (endpoint->transport) {
    case LOAD_UDP: return write_datagrams(endpoint, frames, frame_length, count);
    case LOAD_TCP: return send_or_keep(endpoint, frames, frame_length * count);
    case LOAD_TLS: return write_records(endpoint, frames, frame_length, count);
    }
}

bool endpoint_flush(struct load_endpoint *endpoint) {
    if (!endpoint->unsent_length) return true;
    size_t taken = send_now(endpoint, endpoint->unsent, endpoint->unsent_length);
    endpoint->unsent_length -= taken;
    memmove(endpoint->unsent, endpoint->unsent + taken, endpoint->unsent_length);
    return endpoint->unsent_length == 0;
}
