// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CDatagrams.h"

#include <errno.h>
#include <netinet/in.h>
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
    if ((options & DATAGRAM_REUSE_PORT) && set_option(descriptor, SOL_SOCKET, SO_REUSEPORT, 1) != 0) return -1;
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
        || bind(descriptor, (struct sockaddr *)&address, size) != 0) {
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

int datagram_send(
    int descriptor, int family, const void *buffer, const struct datagram *datagrams, int count
) {
    struct mmsghdr messages[BATCH];
    struct iovec parts[BATCH];
    struct sockaddr_storage addresses[BATCH];
    _Alignas(struct cmsghdr) uint8_t controls[BATCH][CONTROL_SIZE];
    if (count > BATCH) count = BATCH;
    int domain = domain_of(family);
    for (int i = 0; i < count; i++) {
        const struct datagram *datagram = &datagrams[i];
        parts[i] = (struct iovec){
            .iov_base = (uint8_t *)buffer + datagram->offset, .iov_len = datagram->length};
        messages[i] = (struct mmsghdr){
            .msg_hdr = {
                .msg_name = &addresses[i],
                .msg_namelen = write_sockaddr(&datagram->remote, domain, &addresses[i]),
                .msg_iov = &parts[i], .msg_iovlen = 1,
            },
        };
        size_t length = write_local_address(&datagram->local, domain, controls[i]);
        if (length > 0) {
            messages[i].msg_hdr.msg_control = controls[i];
            messages[i].msg_hdr.msg_controllen = length;
        }
    }
    int sent = sendmmsg(descriptor, messages, count, MSG_DONTWAIT);
    return sent < 0 ? -errno : sent;
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
