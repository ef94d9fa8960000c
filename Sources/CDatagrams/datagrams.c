// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CDatagrams.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
// After time.h, which it needs and does not include.
#include <linux/errqueue.h>

enum { BATCH = 64, CONTROL_SIZE = 64 };

static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

// Addresses

static void set_ipv4(struct datagram_address *address, const struct in_addr *from) {
    address->family = DATAGRAM_IPV4;
    memcpy(address->bytes, from, 4);
}

// A socket for both families shows IPv4 as IPv4-mapped addresses.
static void set_ipv6(struct datagram_address *address, const struct in6_addr *from) {
    if (memcmp(from, mapped_prefix, 12) == 0) {
        address->family = DATAGRAM_IPV4;
        memcpy(address->bytes, (const uint8_t *)from + 12, 4);
    } else {
        address->family = DATAGRAM_IPV6;
        memcpy(address->bytes, from, 16);
    }
}

static void read_sockaddr(const struct sockaddr_storage *from, struct datagram_address *address) {
    memset(address, 0, sizeof *address);
    if (from->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)from;
        set_ipv4(address, &in->sin_addr);
        address->port = ntohs(in->sin_port);
    } else if (from->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)from;
        set_ipv6(address, &in6->sin6_addr);
        address->port = ntohs(in6->sin6_port);
    }
}

static void get_ipv6(const struct datagram_address *address, struct in6_addr *to) {
    if (address->family == DATAGRAM_IPV4) {
        memcpy(to, mapped_prefix, 12);
        memcpy((uint8_t *)to + 12, address->bytes, 4);
    } else {
        memcpy(to, address->bytes, 16);
    }
}

static socklen_t write_sockaddr(const struct datagram_address *address, int domain, struct sockaddr_storage *to) {
    memset(to, 0, sizeof *to);
    to->ss_family = domain;
    if (domain == AF_INET) {
        struct sockaddr_in *in = (struct sockaddr_in *)to;
        in->sin_port = htons(address->port);
        memcpy(&in->sin_addr, address->bytes, 4);
        return sizeof *in;
    }
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;
    in6->sin6_port = htons(address->port);
    get_ipv6(address, &in6->sin6_addr);
    return sizeof *in6;
}

static int domain_of(int family) {
    return family == DATAGRAM_IPV4 ? AF_INET : AF_INET6;
}

// Opening

static int set_option(int descriptor, int level, int name, int value) {
    return setsockopt(descriptor, level, name, &value, sizeof value);
}

static int configure(int descriptor, int domain, int options, int is_unspecified) {
    if (domain == AF_INET6 && set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, !is_unspecified) != 0) return -1;
    if (options & DATAGRAM_LOCAL_ADDRESS) {
        if (domain == AF_INET && set_option(descriptor, IPPROTO_IP, IP_PKTINFO, 1) != 0) return -1;
        if (domain == AF_INET6 && set_option(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) != 0) return -1;
    }
    if (options & DATAGRAM_ERRORS) {
        if (domain == AF_INET && set_option(descriptor, IPPROTO_IP, IP_RECVERR, 1) != 0) return -1;
        if (domain == AF_INET6 && set_option(descriptor, IPPROTO_IPV6, IPV6_RECVERR, 1) != 0) return -1;
    }
    return 0;
}

/* Of the ports that the kernel may choose from, one that another server shares is one: who asks for any port shares it
   with nobody at first. */
static int bind_shared(int descriptor, const struct sockaddr *address, socklen_t size, int is_any_port) {
    if (is_any_port && bind(descriptor, address, size) != 0) return -1;
    if (set_option(descriptor, SOL_SOCKET, SO_REUSEPORT, 1) != 0) return -1;
    return is_any_port ? 0 : bind(descriptor, address, size);
}

int datagram_open(const struct datagram_address *local, int options, int buffer_size) {
    static const uint8_t unspecified[16] = {0};
    int domain = domain_of(local->family);
    int descriptor = socket(domain, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    struct sockaddr_storage address;
    socklen_t size = write_sockaddr(local, domain, &address);
    // The kernel grants what it allows: less than asked for is no error.
    if (buffer_size > 0) {
        set_option(descriptor, SOL_SOCKET, SO_RCVBUF, buffer_size);
        set_option(descriptor, SOL_SOCKET, SO_SNDBUF, buffer_size);
    }
    if (configure(descriptor, domain, options, memcmp(local->bytes, unspecified, 16) == 0) != 0
        || (options & DATAGRAM_REUSE_PORT
                ? bind_shared(descriptor, (struct sockaddr *)&address, size, local->port == 0)
                : bind(descriptor, (struct sockaddr *)&address, size)) != 0) {
        int error = errno;
        close(descriptor);
        return -error;
    }
    datagram_set_dont_fragment(descriptor, local->family, 0);
    return descriptor;
}

int datagram_local_address(int descriptor, struct datagram_address *local) {
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    if (getsockname(descriptor, (struct sockaddr *)&address, &size) != 0) return -errno;
    read_sockaddr(&address, local);
    return 0;
}

int datagram_set_dont_fragment(int descriptor, int family, int dont_fragment) {
    int status =
        family == DATAGRAM_IPV4
            ? set_option(
                descriptor, IPPROTO_IP, IP_MTU_DISCOVER, dont_fragment ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT)
            : set_option(descriptor, IPPROTO_IPV6, IPV6_DONTFRAG, dont_fragment);
    return status == 0 ? 0 : -errno;
}

// Receiving

static void read_local_address(struct msghdr *message, struct datagram_address *local) {
    for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control != NULL; control = CMSG_NXTHDR(message, control)) {
        if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(control), sizeof info);
            set_ipv4(local, &info.ipi_addr);
        } else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;
            memcpy(&info, CMSG_DATA(control), sizeof info);
            set_ipv6(local, &info.ipi6_addr);
        }
    }
}

int datagram_receive(int descriptor, void *buffer, uint32_t stride, struct datagram *datagrams, int capacity) {
    struct mmsghdr messages[BATCH];
    struct iovec parts[BATCH];
    struct sockaddr_storage addresses[BATCH];
    _Alignas(struct cmsghdr) uint8_t controls[BATCH][CONTROL_SIZE];
    if (capacity > BATCH) capacity = BATCH;
    for (int i = 0; i < capacity; i++) {
        parts[i] = (struct iovec){.iov_base = (uint8_t *)buffer + (size_t)i * stride, .iov_len = stride};
        messages[i] = (struct mmsghdr){
            .msg_hdr = {
                .msg_name = &addresses[i], .msg_namelen = sizeof addresses[i],
                .msg_iov = &parts[i], .msg_iovlen = 1,
                .msg_control = controls[i], .msg_controllen = CONTROL_SIZE,
            },
        };
    }
    int count = recvmmsg(descriptor, messages, capacity, MSG_DONTWAIT, NULL);
    if (count < 0) return -errno;
    for (int i = 0; i < count; i++) {
        datagrams[i].offset = (uint32_t)i * stride;
        datagrams[i].length = messages[i].msg_len;
        datagrams[i].is_truncated = (messages[i].msg_hdr.msg_flags & MSG_TRUNC) != 0;
        read_sockaddr(&addresses[i], &datagrams[i].remote);
        memset(&datagrams[i].local, 0, sizeof datagrams[i].local);
        read_local_address(&messages[i].msg_hdr, &datagrams[i].local);
    }
    return count;
}

// Sending

static size_t write_local_address(const struct datagram_address *local, int domain, uint8_t *control) {
    if (local->family == 0) return 0;
    struct cmsghdr *header = (struct cmsghdr *)control;
    memset(control, 0, CONTROL_SIZE);
    if (domain == AF_INET) {
        struct in_pktinfo info = {0};
        memcpy(&info.ipi_spec_dst, local->bytes, 4);
        *header = (struct cmsghdr){
            .cmsg_len = CMSG_LEN(sizeof info), .cmsg_level = IPPROTO_IP, .cmsg_type = IP_PKTINFO};
        memcpy(CMSG_DATA(header), &info, sizeof info);
        return CMSG_SPACE(sizeof info);
    }
    struct in6_pktinfo info = {0};
    get_ipv6(local, &info.ipi6_addr);
    *header = (struct cmsghdr){
        .cmsg_len = CMSG_LEN(sizeof info), .cmsg_level = IPPROTO_IPV6, .cmsg_type = IPV6_PKTINFO};
    memcpy(CMSG_DATA(header), &info, sizeof info);
    return CMSG_SPACE(sizeof info);
}

// Segmentation offload, UDP_SEGMENT in udp(7): consecutive datagrams of one length to one destination, of which the last
// may be shorter, go through the kernel as one. Most of what a packet costs is that way.
enum {
    // The kernel's UDP_MAX_SEGMENTS; newer ones take 128.
    MAXIMUM_SEGMENTS = 64,
    // Of all segments together: with the headers of IPv6 and UDP they are one packet until they are cut, and a packet has
    // at most 65535 bytes. The rest is for extension headers and options.
    MAXIMUM_SEGMENTED = 65000,
    // What an Ethernet carries in one packet, behind a header of IPv6 and of UDP, and with 20 bytes for a tunnel over
    // IPv4. The kernel refuses segments that are longer than the path takes, while whole datagrams are fragmented.
    MAXIMUM_SEGMENT = 1500 - 40 - 8 - 20,
};

static int is_same_path(const struct datagram *one, const struct datagram *other) {
    return memcmp(&one->remote, &other->remote, sizeof one->remote) == 0
        && memcmp(&one->local, &other->local, sizeof one->local) == 0;
}

// How many datagrams from the first on can leave together. Empty ones are nothing to cut from; longer ones may have to
// be fragmented, which segments can't be.
static int run_length(const struct datagram *datagrams, int count) {
    uint32_t segment = datagrams->length, end = datagrams->offset + segment;
    int length = 1;
    if (segment == 0 || segment > MAXIMUM_SEGMENT) return 1;
    while (length < count && length < MAXIMUM_SEGMENTS) {
        const struct datagram *next = &datagrams[length];
        if (next->offset != end || next->length == 0 || next->length > segment) break;
        if (end + next->length - datagrams->offset > MAXIMUM_SEGMENTED || !is_same_path(datagrams, next)) break;
        end += next->length;
        length++;
        if (next->length < segment) break;
    }
    return length;
}

static size_t write_segment_size(uint16_t size, uint8_t *control) {
    struct cmsghdr *header = (struct cmsghdr *)control;
    memset(control, 0, CMSG_SPACE(sizeof size));
    *header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof size), .cmsg_level = SOL_UDP, .cmsg_type = UDP_SEGMENT};
    memcpy(CMSG_DATA(header), &size, sizeof size);
    return CMSG_SPACE(sizeof size);
}

// Returns how many datagrams the kernel took, or -errno when it refused the first message.
static int send_messages(
    int descriptor, int domain, const void *buffer, const struct datagram *datagrams, int count, int may_segment
) {
    struct mmsghdr messages[BATCH];
    struct iovec parts[BATCH];
    struct sockaddr_storage addresses[BATCH];
    int runs[BATCH], message_count = 0, taken = 0;
    _Alignas(struct cmsghdr) uint8_t controls[BATCH][2 * CONTROL_SIZE];
    for (int next = 0; next < count; message_count++) {
        const struct datagram *first = &datagrams[next];
        int run = may_segment ? run_length(first, count - next) : 1;
        const struct datagram *last = first + run - 1;
        uint8_t *control = controls[message_count];
        parts[message_count] = (struct iovec){
            .iov_base = (uint8_t *)buffer + first->offset, .iov_len = last->offset + last->length - first->offset};
        size_t control_length = write_local_address(&first->local, domain, control);
        if (run > 1) control_length += write_segment_size((uint16_t)first->length, control + control_length);
        messages[message_count] = (struct mmsghdr){
            .msg_hdr = {
                .msg_name = &addresses[message_count],
                .msg_namelen = write_sockaddr(&first->remote, domain, &addresses[message_count]),
                .msg_iov = &parts[message_count], .msg_iovlen = 1,
                .msg_control = control_length > 0 ? control : NULL, .msg_controllen = control_length,
            },
        };
        runs[message_count] = run;
        next += run;
    }
    int sent = sendmmsg(descriptor, messages, message_count, MSG_DONTWAIT);
    if (sent < 0) return -errno;
    for (int i = 0; i < sent; i++) taken += runs[i];
    return taken;
}

int datagram_can_segment(int descriptor) {
    int size;
    socklen_t length = sizeof size;
    return getsockopt(descriptor, SOL_UDP, UDP_SEGMENT, &size, &length) == 0;
}

enum datagram_refusal datagram_refusal_of(int error) {
    switch (error) {
    // The path takes less than a segment at a time. Kernels say it differently.
    case EINVAL: case EMSGSIZE: return DATAGRAM_REFUSAL_OF_RUN;
    // The device computes no checksums, so there is nothing that could cut.
    case EIO: case EOPNOTSUPP: return DATAGRAM_REFUSAL_OF_SEGMENTS;
    default: return DATAGRAM_REFUSAL_OF_DATAGRAM;
    }
}

int datagram_send(
    int descriptor, int family, const void *buffer, const struct datagram *datagrams, int count, uint8_t *may_segment
) {
    int domain = domain_of(family);
    if (count > BATCH) count = BATCH;
    int status = send_messages(descriptor, domain, buffer, datagrams, count, *may_segment);
    if (status >= 0 || !*may_segment || run_length(datagrams, count) == 1) return status;
    enum datagram_refusal refusal = datagram_refusal_of(-status);
    if (refusal == DATAGRAM_REFUSAL_OF_DATAGRAM) return status;
    if (refusal == DATAGRAM_REFUSAL_OF_SEGMENTS) *may_segment = 0;
    return send_messages(descriptor, domain, buffer, datagrams, count, 0);
}

// Errors

static void read_error(const struct sock_extended_err *report, struct datagram_error *error) {
    int is_icmp = report->ee_origin == SO_EE_ORIGIN_ICMP || report->ee_origin == SO_EE_ORIGIN_ICMP6;
    error->code = (int)report->ee_errno;
    error->icmp_type = is_icmp ? report->ee_type : -1;
    error->icmp_code = is_icmp ? report->ee_code : -1;
    error->info = report->ee_info;
}

int datagram_receive_error(int descriptor, struct datagram_error *error) {
    struct sockaddr_storage address;
    _Alignas(struct cmsghdr) uint8_t control[512];
    uint8_t start_of_datagram[1];
    struct iovec part = {.iov_base = start_of_datagram, .iov_len = sizeof start_of_datagram};
    struct msghdr message = {
        .msg_name = &address, .msg_namelen = sizeof address,
        .msg_iov = &part, .msg_iovlen = 1,
        .msg_control = control, .msg_controllen = sizeof control,
    };
    if (recvmsg(descriptor, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) {
        return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -errno;
    }
    memset(error, 0, sizeof *error);
    error->icmp_type = error->icmp_code = -1;
    read_sockaddr(&address, &error->remote);
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header != NULL; header = CMSG_NXTHDR(&message, header)) {
        int is_ipv4 = header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_RECVERR;
        int is_ipv6 = header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_RECVERR;
        if (is_ipv4 || is_ipv6) {
            struct sock_extended_err report;
            memcpy(&report, CMSG_DATA(header), sizeof report);
            read_error(&report, error);
        }
    }
    return 1;
}
