// SPDX-License-Identifier: Apache-2.0
//
// TLS connections of clients that are many: none keeps a buffer while it has nothing to read.

#include "secure.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static SSL_CTX *idle_context(void) {
    static SSL_CTX *context;
    if (!context) {
        context = SSL_CTX_new(TLS_client_method());
        SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
        SSL_CTX_set_read_ahead(context, 1);
    }
    return context;
}

bool secure_open(struct secure *connection, const struct sockaddr_in6 *server, socklen_t length, int epoll,
                 void *owner) {
    int on = 1;
    connection->fd = socket(server->sin6_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->fd < 0 || connect(connection->fd, (const struct sockaddr *)server, length) != 0) return false;
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(connection->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = owner};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, connection->fd, &event) != 0) return false;
    connection->ssl = SSL_new(idle_context());
    SSL_set_fd(connection->ssl, connection->fd);
    SSL_set_connect_state(connection->ssl);
    return secure_handshake(connection) >= 0;
}

int secure_handshake(struct secure *connection) {
    int result = SSL_do_handshake(connection->ssl);
    if (result == 1) return 1;
    return SSL_get_error(connection->ssl, result) == SSL_ERROR_WANT_READ ? 0 : -1;
}

ssize_t secure_read(struct secure *connection, uint8_t *bytes, size_t capacity) {
    int result = SSL_read(connection->ssl, bytes, (int)capacity);
    if (result > 0) return result;
    return SSL_get_error(connection->ssl, result) == SSL_ERROR_WANT_READ ? 0 : -1;
}

bool secure_write(struct secure *connection, const uint8_t *bytes, size_t length) {
    return SSL_write(connection->ssl, bytes, (int)length) == (int)length;
}

void secure_close(struct secure *connection) {
    // A reset, so that no port stays behind in TIME_WAIT.
    struct linger at_once = {1, 0};
    if (connection->fd > 0) {
        setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        close(connection->fd);
    }
    SSL_free(connection->ssl);
}
