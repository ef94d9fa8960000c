// SPDX-License-Identifier: Apache-2.0
//
// TLS handshakes at a rate, beside a call whose latency another process measures.

#include "endpoint.h"

#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void sleep_until(uint64_t time) {
    uint64_t now = monotonic_now();
    if (time <= now) return;
    struct timespec wait = {(time_t)((time - now) / 1000000000), (long)((time - now) % 1000000000)};
    nanosleep(&wait, NULL);
}

static bool handshake_once(const struct sockaddr_in6 *server, socklen_t length) {
    int fd = socket(server->sin6_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    SSL *ssl = SSL_new(client_context());
    bool succeeded = connect(fd, (const struct sockaddr *)server, length) == 0 && SSL_set_fd(ssl, fd) == 1 &&
                     SSL_connect(ssl) == 1;
    // A reset, so that no port stays behind in TIME_WAIT.
    struct linger at_once = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    SSL_free(ssl);
    close(fd);
    return succeeded;
}

uint64_t load_handshakes(const char *address, uint16_t port, double per_second, double seconds) {
    struct sockaddr_in6 server;
    socklen_t length = fill_address(&server, address, port);
    uint64_t start = monotonic_now(), succeeded = 0;
    for (uint64_t number = 0; length && (double)number < per_second * seconds; number++) {
        sleep_until(start + (uint64_t)((double)number / per_second * 1e9));
        if ((double)(monotonic_now() - start) > seconds * 1e9) break;
        succeeded += handshake_once(&server, length);
    }
    return succeeded;
}
