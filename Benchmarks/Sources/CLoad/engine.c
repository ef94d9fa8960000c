// SPDX-License-Identifier: Apache-2.0
//
// Flows between endpoints: sends what a window or a rate lets it, checks and counts what arrives.

#define _GNU_SOURCE
#include "endpoint.h"
#include "histogram.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define EVENTS 256
#define BATCH 64

// Nothing came for so long: what is under way is lost, and the window opens again.
static const uint64_t patience = 250 * 1000000ULL;
// How long packets may be on their way after the last was sent.
static const uint64_t drain_time = 2000 * 1000000ULL;

struct flow {
    struct load_endpoint *sender, *receiver;
    uint64_t sent, delivered, next_expected, released, last_progress;
    /// Sequence numbers below `next_expected` that have come, of the last 64 * 64: a second one is a duplicate.
    uint64_t seen[64];
    bool is_waiting;
};

struct load_engine {
    struct flow *flows;
    size_t flow_count, flow_capacity;
    struct load_endpoint **endpoints;
    size_t endpoint_count, endpoint_capacity;
    struct load_plan plan;
    struct load_result *result;
    struct histogram histogram;
    uint8_t filler[LOAD_PAYLOAD_CAPACITY];
    uint8_t frames[BATCH * DATAGRAM_CAPACITY];
    uint64_t now;
    bool is_measuring;
    int epoll;
};

struct load_engine *load_engine_new(void) { return calloc(1, sizeof(struct load_engine)); }

void load_engine_free(struct load_engine *engine) {
    free(engine->flows);
    free(engine->endpoints);
    free(engine);
}

static void add_endpoint(struct load_engine *engine, struct load_endpoint *endpoint) {
    for (size_t i = engine->endpoint_count; i > 0 && i + 4 > engine->endpoint_count; i--)
        if (engine->endpoints[i - 1] == endpoint) return;
    if (engine->endpoint_count == engine->endpoint_capacity) {
        engine->endpoint_capacity = engine->endpoint_capacity * 2 + 16;
        engine->endpoints = realloc(engine->endpoints, engine->endpoint_capacity * sizeof *engine->endpoints);
    }
    engine->endpoints[engine->endpoint_count++] = endpoint;
}

void load_engine_add_flow(struct load_engine *engine, struct load_endpoint *sender, struct load_endpoint *receiver) {
    if (engine->flow_count == engine->flow_capacity) {
        engine->flow_capacity = engine->flow_capacity * 2 + 16;
        engine->flows = realloc(engine->flows, engine->flow_capacity * sizeof *engine->flows);
    }
    engine->flows[engine->flow_count++] = (struct flow){.sender = sender, .receiver = receiver};
    add_endpoint(engine, sender);
    add_endpoint(engine, receiver);
}

// --- Payloads: mark (0x80 0x60, as RTP), flow, sequence number, time, checksum, filler

struct header {
    uint8_t mark[2];
    uint16_t flow;
    uint32_t checksum;
    uint64_t sequence, sent_at;
};

_Static_assert(sizeof(struct header) == LOAD_HEADER_LENGTH, "the header has no padding");

static uint32_t checksum(const struct header *header) {
    uint64_t mixed = (header->sequence ^ (uint64_t)header->flow << 48) * 0x9E3779B97F4A7C15;
    return (uint32_t)((mixed ^ mixed >> 32 ^ header->sent_at) * 0xD6E8FEB86659FD93 >> 32);
}

static size_t frame_length(const struct load_engine *engine, const struct load_endpoint *sender) {
    return sender->prefix_length + engine->plan.payload_size + sender->padding;
}

static void write_frame(struct load_engine *engine, struct flow *flow, uint8_t *bytes) {
    struct header header = {{0x80, 0x60}, (uint16_t)(flow - engine->flows), 0, flow->sent++, monotonic_now()};
    header.checksum = checksum(&header);
    memcpy(bytes, flow->sender->prefix, flow->sender->prefix_length);
    bytes += flow->sender->prefix_length;
    memcpy(bytes, &header, sizeof header);
    memcpy(bytes + sizeof header, engine->filler, engine->plan.payload_size - sizeof header);
    memset(bytes + engine->plan.payload_size, 0, flow->sender->padding);
}

// --- Sending

static void watch(struct load_engine *engine, struct load_endpoint *endpoint, uint32_t events) {
    if (endpoint->events == events) return;
    struct epoll_event event = {.events = events, .data.ptr = endpoint};
    epoll_ctl(engine->epoll, endpoint->events ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, endpoint->fd, &event);
    endpoint->events = events;
}

static void send_packets(struct load_engine *engine, struct flow *flow, uint64_t count) {
    size_t length = frame_length(engine, flow->sender);
    while (count > 0) {
        size_t batch = count < BATCH ? (size_t)count : BATCH;
        for (size_t i = 0; i < batch; i++) write_frame(engine, flow, engine->frames + i * length);
        endpoint_write(flow->sender, engine->frames, length, batch);
        count -= batch;
    }
    if (flow->sender->unsent_length) watch(engine, flow->sender, EPOLLIN | EPOLLOUT);
}

static void open_window(struct load_engine *engine, struct flow *flow) {
    if (flow->next_expected > flow->released) {
        flow->released = flow->next_expected;
        flow->last_progress = engine->now;
    } else if (flow->sent > flow->released && engine->now - flow->last_progress > patience) {
        flow->released = flow->sent;
        flow->last_progress = engine->now;
    }
    uint64_t under_way = flow->sent - flow->released;
    if (under_way < engine->plan.window) send_packets(engine, flow, engine->plan.window - under_way);
}

// Packet k of a rate is sent at k / rate, by the flows in turn. After a pause, what is late by 50 ms is left out.
static void send_due(struct load_engine *engine, uint64_t start, uint64_t *next) {
    uint64_t due = (uint64_t)((double)(engine->now - start) / 1e9 * engine->plan.rate) + 1;
    uint64_t most = (uint64_t)(engine->plan.rate / 20) + 1;
    if (due > *next && due - *next > most) {
        engine->result->unsent += due - *next - most;
        *next = due - most;
    }
    for (; *next < due; (*next)++) {
        struct flow *flow = &engine->flows[*next % engine->flow_count];
        if (flow->sender->unsent_length > 256 * 1024) {
            engine->result->unsent++;
        } else {
            send_packets(engine, flow, 1);
        }
    }
}

// --- Receiving

struct reception {
    struct load_engine *engine;
    struct load_endpoint *endpoint;
};

static bool mark_seen(struct flow *flow, uint64_t sequence) {
    uint64_t *word = &flow->seen[sequence / 64 % 64], bit = 1ULL << (sequence % 64);
    if (*word & bit) return false;
    *word |= bit;
    return true;
}

static void note_order(struct load_engine *engine, struct flow *flow, uint64_t sequence) {
    if (sequence + 1 > flow->next_expected) {
        // What a new word of the ring remembers is 4096 packets old.
        for (uint64_t word = (flow->next_expected + 63) / 64; word <= sequence / 64 && word < flow->next_expected / 64 + 64; word++)
            flow->seen[word % 64] = 0;
        flow->next_expected = sequence + 1;
    } else if (flow->next_expected - sequence <= 64 * 63) {
        engine->result->reordered++;
    }
}

static void take_payload(void *context, const uint8_t *bytes, size_t length) {
    struct reception *reception = context;
    struct load_engine *engine = reception->engine;
    struct header header;
    if (length != engine->plan.payload_size) return (void)engine->result->corrupted++;
    memcpy(&header, bytes, sizeof header);
    if (header.mark[0] != 0x80 || header.mark[1] != 0x60 || header.checksum != checksum(&header) ||
        header.flow >= engine->flow_count || memcmp(bytes + sizeof header, engine->filler, length - sizeof header))
        return (void)engine->result->corrupted++;
    struct flow *flow = &engine->flows[header.flow];
    if (flow->receiver != reception->endpoint) return (void)engine->result->misdelivered++;
    note_order(engine, flow, header.sequence);
    if (!mark_seen(flow, header.sequence)) return (void)engine->result->duplicated++;
    flow->delivered++;
    engine->result->delivered++;
    if (!engine->is_measuring) return;
    engine->result->measured++;
    histogram_add(&engine->histogram, monotonic_now() - header.sent_at);
}

static bool take_event(struct load_engine *engine, const struct epoll_event *event) {
    struct load_endpoint *endpoint = event->data.ptr;
    struct reception reception = {engine, endpoint};
    if (event->events & EPOLLOUT && endpoint_flush(endpoint)) watch(engine, endpoint, EPOLLIN);
    if (event->events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        bool is_narrow = endpoint->read_interval > 0;
        while (endpoint_read(endpoint, engine->now, take_payload, &reception) && !is_narrow) {}
    }
    return !endpoint->has_ended;
}

// --- Time

static void wait_for_events(struct load_engine *engine, struct epoll_event *events, int *count, uint64_t until) {
    uint64_t now = monotonic_now();
    struct timespec wait = {0, 0};
    if (until > now) wait.tv_nsec = (long)(until - now < 999999999 ? until - now : 999999999);
    *count = epoll_pwait2(engine->epoll, events, EVENTS, &wait, NULL);
    engine->now = monotonic_now();
}

static uint64_t wake_time(const struct load_engine *engine, uint64_t start, uint64_t next) {
    if (engine->plan.window) return engine->now + 1000000;
    if (!engine->plan.sleeps) return 0;
    return start + (uint64_t)((double)next / engine->plan.rate * 1e9);
}

// A socket that waits for its narrow link would be readable all the time.
static void pace_readers(struct load_engine *engine) {
    for (size_t i = 0; i < engine->endpoint_count; i++) {
        struct load_endpoint *endpoint = engine->endpoints[i];
        if (endpoint->read_interval > 0)
            watch(engine, endpoint, engine->now < endpoint->readable_from ? EPOLLRDHUP : EPOLLIN);
    }
}

static bool turn(struct load_engine *engine, uint64_t until) {
    struct epoll_event events[EVENTS];
    int count;
    wait_for_events(engine, events, &count, until);
    for (int i = 0; i < count; i++)
        if (!take_event(engine, &events[i])) return false;
    pace_readers(engine);
    return true;
}

static bool send_until(struct load_engine *engine, uint64_t start, uint64_t end, uint64_t *next) {
    while (engine->now < end) {
        if (engine->plan.window) {
            for (size_t i = 0; i < engine->flow_count; i++) open_window(engine, &engine->flows[i]);
        } else {
            send_due(engine, start, next);
        }
        if (!turn(engine, wake_time(engine, start, *next))) return false;
    }
    return true;
}

static bool drain(struct load_engine *engine) {
    uint64_t end = engine->now + drain_time, sent = 0;
    for (size_t i = 0; i < engine->flow_count; i++) sent += engine->flows[i].sent;
    engine->result->sent = sent;
    while (engine->now < end && engine->result->delivered + engine->result->corrupted < sent)
        if (!turn(engine, engine->now + 1000000)) return false;
    return true;
}

static void begin(struct load_engine *engine, const struct load_plan *plan, struct load_result *result) {
    memset(result, 0, sizeof *result);
    engine->plan = *plan;
    engine->result = result;
    engine->now = monotonic_now();
    engine->epoll = epoll_create1(EPOLL_CLOEXEC);
    for (size_t i = 0; i < sizeof engine->filler; i++) engine->filler[i] = (uint8_t)(i * 31 + 7);
    for (size_t i = 0; i < engine->endpoint_count; i++) {
        engine->endpoints[i]->events = 0;
        watch(engine, engine->endpoints[i], EPOLLIN);
        if (engine->endpoints[i]->ssl) endpoint_set_nonblocking(engine->endpoints[i]);
    }
    for (size_t i = 0; i < engine->flow_count; i++) engine->flows[i].last_progress = engine->now;
}

static void note_latencies(const struct histogram *histogram, struct load_result *result) {
    result->latency[0] = histogram->minimum;
    result->latency[1] = histogram_percentile(histogram, 0.5);
    result->latency[2] = histogram_percentile(histogram, 0.9);
    result->latency[3] = histogram_percentile(histogram, 0.99);
    result->latency[4] = histogram_percentile(histogram, 0.999);
    result->latency[5] = histogram->maximum;
}

bool load_engine_run(struct load_engine *engine, const struct load_plan *plan, struct load_result *result) {
    if (plan->payload_size < LOAD_HEADER_LENGTH || plan->payload_size > LOAD_PAYLOAD_CAPACITY) return false;
    struct load_usage own_before, own_after;
    begin(engine, plan, result);
    uint64_t start = engine->now, next = 0;
    uint64_t measured_from = start + (uint64_t)(plan->warmup_seconds * 1e9);
    bool is_alive = send_until(engine, start, measured_from, &next);
    load_usage_read(plan->server, &result->before);
    load_usage_read(getpid(), &own_before);
    uint64_t first = monotonic_now();
    engine->is_measuring = true;
    is_alive = is_alive && send_until(engine, start, first + (uint64_t)(plan->seconds * 1e9), &next);
    engine->is_measuring = false;
    load_usage_read(plan->server, &result->after);
    load_usage_read(getpid(), &own_after);
    result->seconds = (double)(monotonic_now() - first) / 1e9;
    result->generator_cpu = own_after.cpu - own_before.cpu;
    is_alive = is_alive && drain(engine);
    note_latencies(&engine->histogram, result);
    close(engine->epoll);
    return is_alive;
}
