// SPDX-License-Identifier: Apache-2.0
//
// The load generator's hot loop: one thread, one epoll, no allocation for a packet. Swift sets connections up with
// blocking calls (load_endpoint_*) and says what goes where (load_engine_*); from load_engine_run on, all is here.
//
// It is C because the generator must cost less than the server that it measures, on one CPU: see docs/performance.md.

#ifndef SWIFTTURN_LOAD_H
#define SWIFTTURN_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum load_transport { LOAD_UDP, LOAD_TCP, LOAD_TLS };

/// Bytes of a payload before its filler: mark, flow, sequence number, time, checksum.
#define LOAD_HEADER_LENGTH 24
/// What is put in front of a payload: ChannelData, a Send indication, or nothing.
#define LOAD_PREFIX_CAPACITY 64
#define LOAD_PAYLOAD_CAPACITY 1500

/// A socket of a client, or of a peer outside.
struct load_endpoint;

/// Connects, with the TLS handshake. Certificates are not verified: this measures, it does not trust.
/// - receive_buffer: SO_RCVBUF in bytes, and segments as on Ethernet; 0 for the system's own choice of both.
/// - returns: NULL with errno set, or 0 in errno when TLS refused.
struct load_endpoint *load_endpoint_connect(enum load_transport transport, const char *address, uint16_t port,
                                            int receive_buffer);
/// A UDP socket outside the relay: whole datagrams are payloads.
struct load_endpoint *load_endpoint_peer(const char *address);
void load_endpoint_free(struct load_endpoint *endpoint);
uint16_t load_endpoint_port(const struct load_endpoint *endpoint);
/// Where a peer sends to.
int load_endpoint_set_destination(struct load_endpoint *endpoint, const char *address, uint16_t port);

/// Blocking, for requests: sends all of the bytes.
bool load_endpoint_send(struct load_endpoint *endpoint, const uint8_t *bytes, size_t length);
/// Blocking, for answers: one STUN message.
/// - returns: its length; 0 when none came in time, -1 when the connection ended.
ssize_t load_endpoint_receive(struct load_endpoint *endpoint, uint8_t *bytes, size_t capacity, int milliseconds);

/// The frame around each payload that this endpoint sends: bytes in front, and padding behind.
void load_endpoint_set_framing(struct load_endpoint *endpoint, const uint8_t *prefix, size_t length, size_t padding);
/// Reads no more than that, as a receiver behind a narrow link would.
void load_endpoint_set_read_rate(struct load_endpoint *endpoint, double bytes_per_second);

struct load_plan {
    size_t payload_size;
    /// Packets under way in each flow; 0 to send at `rate`.
    uint32_t window;
    /// Packets per second of all flows together, one after the other.
    double rate;
    double warmup_seconds;
    double seconds;
    /// Of the server, whose CPU time is sampled; 0 for none.
    pid_t server;
    /// Waits for events in the kernel instead of asking again and again, for who shares the CPU with others.
    bool sleeps;
};

/// What a process has used. Times are nanoseconds.
struct load_usage {
    uint64_t cpu;
    uint64_t user_ticks;
    uint64_t system_ticks;
    uint64_t context_switches;
    uint64_t resident_bytes;
};
bool load_usage_read(pid_t process, struct load_usage *usage);
/// The sum of several processes.
bool load_usage_read_all(const pid_t *processes, size_t count, struct load_usage *usage);

struct load_result {
    double seconds;
    /// Over the whole run, with warm-up and until the last has come.
    uint64_t sent, delivered, corrupted, duplicated, reordered, misdelivered;
    /// In the measured time.
    uint64_t measured;
    /// Packets of a rate that the connection did not take.
    uint64_t unsent;
    uint64_t generator_cpu;
    struct load_usage before, after;
    /// One-way latency in the measured time, nanoseconds: minimum, percentiles 50, 90, 99, 99.9, maximum.
    uint64_t latency[6];
};

struct load_engine;
struct load_engine *load_engine_new(void);
void load_engine_free(struct load_engine *engine);
/// A one-way flow. Endpoints stay their owner's.
void load_engine_add_flow(struct load_engine *engine, struct load_endpoint *sender, struct load_endpoint *receiver);
/// - returns: false when a connection ended on the way.
bool load_engine_run(struct load_engine *engine, const struct load_plan *plan, struct load_result *result);

/// Makes TLS handshakes at a rate, each on a connection of its own that is closed at once.
/// - returns: how many succeeded.
uint64_t load_handshakes(const char *address, uint16_t port, double per_second, double seconds);

// --- Signaling: members of rooms over WebSocket and TLS. What goes wrong beside what is counted is on standard error.

struct load_hub;
struct load_hub_counts {
    /// Messages to other members; `garbled` have arrived as something else, `reordered` late or twice.
    uint64_t sent, received, garbled, reordered;
    /// That the server has sent, and that were answered.
    uint64_t pings;
};
struct load_hub *load_hub_new(const char *address, uint16_t port);
void load_hub_free(struct load_hub *hub);
/// Connects more members, so many at once, and puts them into rooms, one after the other. Rooms are of one size.
bool load_hub_join(struct load_hub *hub, uint32_t count, uint32_t room_size, uint32_t at_once);
/// Keeps so many messages from each member to the next of its room under way; with 0, only answers pings.
bool load_hub_run(struct load_hub *hub, uint32_t window, double seconds);
/// Waits for what is under way, until nothing has come for so many seconds.
bool load_hub_drain(struct load_hub *hub, double patience);
struct load_hub_counts load_hub_count(const struct load_hub *hub);

// --- Files over HTTP and TLS.

struct load_web;
struct load_web_counts {
    /// `wrong` responses are not 200 or not the body.
    uint64_t sent, received, wrong;
};
/// - body: what is expected; has to outlive this.
struct load_web *load_web_new(const char *address, uint16_t port, uint32_t connections, const char *path,
                              const uint8_t *body, size_t body_length);
void load_web_free(struct load_web *web);
bool load_web_run(struct load_web *web, double seconds);
struct load_web_counts load_web_count(const struct load_web *web);

#endif
