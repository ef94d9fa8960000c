// SPDX-License-Identifier: Apache-2.0
#include "limit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const uint8_t welcome[20] = {0x01, 0x01, 0x00, 0x00, 0x21, 0x12, 0xA4, 0x42};

int pair_of_hello(const uint8_t *bytes, size_t length) {
    if (length != HELLO_LENGTH || bytes[0] != 0x40 || bytes[1] != 0 || bytes[2] != 0 || bytes[3] != 4) return -1;
    uint32_t pair = (uint32_t)bytes[4] << 24 | (uint32_t)bytes[5] << 16 | (uint32_t)bytes[6] << 8 | bytes[7];
    return pair < PAIRS ? (int)pair : -1;
}

static SSL_CTX *server_context(const char *certificate, const char *key) {
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_default_read_buffer_len(context, 64 * 1024);
    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
        return NULL;
    return context;
}

int main(int count, char **words) {
    signal(SIGPIPE, SIG_IGN);
    if (count == 3 && !strcmp(words[1], "udp")) return serve_datagrams((uint16_t)atoi(words[2]));
    if (count == 3 && !strcmp(words[1], "tcp")) return serve_streams((uint16_t)atoi(words[2]), NULL);
    if (count == 5 && !strcmp(words[1], "tls")) {
        SSL_CTX *context = server_context(words[3], words[4]);
        if (context) return serve_streams((uint16_t)atoi(words[2]), context);
    }
    fprintf(stderr, "usage: limit udp|tcp PORT\n       limit tls PORT CERTIFICATE KEY\n");
    return 64;
}
