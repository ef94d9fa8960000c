// SPDX-License-Identifier: Apache-2.0
// What Swift can't say: batches of datagrams in one system call, their control messages, and ICMP errors of a socket.
// recvmmsg and sendmmsg are declared for _GNU_SOURCE alone, and CMSG_* are macros.
#pragma once
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#define DATAGRAM_IPV4 1
#define DATAGRAM_IPV6 2

/// An address as STUN has it: family code 1 or 2 (0: none), the port in host order, the bytes in network order.
struct datagram_address {
    uint8_t family;
    uint16_t port;
    uint8_t bytes[16];
};

/// A datagram in a buffer.
struct datagram {
    uint32_t offset;
    uint32_t length;
    /// Nonzero when the datagram was longer than the room for it.
    uint8_t is_truncated;
    struct datagram_address remote;
    /// The local address that it arrived at, or is to leave from; family 0 when the socket decides.
    struct datagram_address local;
};

/// What an ICMP message, or the kernel itself, said about a datagram that was sent earlier.
struct datagram_error {
    int code;
    /// As the ICMP message had them; -1 when the error has a local origin.
    int icmp_type;
    int icmp_code;
    /// For "packet too big": the next hop's MTU.
    uint32_t info;
    /// Where the datagram was sent to.
    struct datagram_address remote;
};

enum datagram_option {
    /// Share the port with other sockets of this program; the kernel spreads clients over them.
    DATAGRAM_REUSE_PORT = 1,
    /// Tell which local address a datagram arrived at.
    DATAGRAM_LOCAL_ADDRESS = 2,
    /// Queue ICMP errors for datagram_receive_error.
    DATAGRAM_ERRORS = 4,
};

/// Opens a nonblocking UDP socket and binds it. An IPv6 socket takes IPv4 clients too only at the unspecified address.
/// Returns the descriptor, or -errno.
int datagram_open(const struct datagram_address *local, int options, int buffer_size);

/// The address that a socket is bound to. Returns 0, or -errno.
int datagram_local_address(int descriptor, struct datagram_address *local);

/// Receives up to `capacity` (at most 64) datagrams, the n-th at `buffer + n * stride`. Returns their number, or -errno.
int datagram_receive(int descriptor, void *buffer, uint32_t stride, struct datagram *datagrams, int capacity);

/// What the kernel has refused with an error to a run of datagrams that were to leave as segments of one.
enum datagram_refusal {
    /// The first one: sending it alone would help nothing.
    DATAGRAM_REFUSAL_OF_DATAGRAM,
    /// To cut this run. Others, to other destinations, may do.
    DATAGRAM_REFUSAL_OF_RUN,
    /// To cut anything that leaves through this socket.
    DATAGRAM_REFUSAL_OF_SEGMENTS,
};

enum datagram_refusal datagram_refusal_of(int error);

/// Whether the kernel knows segments. One that does not would send a run as one datagram.
int datagram_can_segment(int descriptor);

/// Sends up to 64 datagrams out of `buffer`. Returns how many the kernel took, or -errno when it refused the first.
/// `family` is the socket's. `may_segment` says whether runs may leave as segments of one datagram, and is set to 0 when
/// that has turned out to be impossible; they leave one by one then.
int datagram_send(
    int descriptor, int family, const void *buffer, const struct datagram *datagrams, int count, uint8_t *may_segment);

/// Sets or clears DF for what is sent from now on. Returns 0, or -errno.
int datagram_set_dont_fragment(int descriptor, int family, int dont_fragment);

/// Takes one error off the socket's queue. Returns 1, 0 when there is none, or -errno.
int datagram_receive_error(int descriptor, struct datagram_error *error);
