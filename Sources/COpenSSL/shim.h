// SPDX-License-Identifier: Apache-2.0
//
// Swift imports OpenSSL's functions and simple constants, but neither its function-like macros nor its variadic
// functions. Each one in use is wrapped here, with nothing added. `shim_` marks them.

#ifndef SWIFTTURN_COPENSSL_SHIM_H
#define SWIFTTURN_COPENSSL_SHIM_H

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

// --- MACs and keys

/// Keys an HMAC context; `digest` is the name of the hash function.
static inline int shim_hmac_init(EVP_MAC_CTX *context, const char *digest, const unsigned char *key, size_t length) {
    OSSL_PARAM parameters[2];
    parameters[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)digest, 0);
    parameters[1] = OSSL_PARAM_construct_end();
    return EVP_MAC_init(context, key, length, parameters);
}

static inline EVP_PKEY *shim_EVP_EC_gen(const char *curve) { return EVP_EC_gen(curve); }

// --- BIO

static inline long shim_BIO_get_mem_data(BIO *bio, char **data) { return BIO_get_mem_data(bio, data); }
static inline void shim_BIO_clear_retry_flags(BIO *bio) { BIO_clear_retry_flags(bio); }
static inline void shim_BIO_set_retry_read(BIO *bio) { BIO_set_retry_read(bio); }

// --- X.509

static inline void shim_X509V3_set_ctx_nodb(X509V3_CTX *context) { X509V3_set_ctx_nodb(context); }
static inline unsigned long shim_XN_FLAG_RFC2253(void) { return XN_FLAG_RFC2253; }
static inline STACK_OF(X509_EXTENSION) * shim_sk_X509_EXTENSION_new(void) { return sk_X509_EXTENSION_new_null(); }
static inline int shim_sk_X509_EXTENSION_push(STACK_OF(X509_EXTENSION) * stack, X509_EXTENSION *item) {
    return sk_X509_EXTENSION_push(stack, item);
}
static inline void shim_sk_X509_EXTENSION_free(STACK_OF(X509_EXTENSION) * stack) {
    sk_X509_EXTENSION_pop_free(stack, X509_EXTENSION_free);
}
static inline STACK_OF(X509) * shim_sk_X509_new(void) { return sk_X509_new_null(); }
static inline int shim_sk_X509_push(STACK_OF(X509) * stack, X509 *certificate) {
    return sk_X509_push(stack, certificate);
}
static inline void shim_sk_X509_free(STACK_OF(X509) * stack) { sk_X509_pop_free(stack, X509_free); }
static inline int shim_sk_X509_num(const STACK_OF(X509) * stack) { return sk_X509_num(stack); }
static inline X509 *shim_sk_X509_value(const STACK_OF(X509) * stack, int index) { return sk_X509_value(stack, index); }
static inline STACK_OF(GENERAL_NAME) * shim_sk_GENERAL_NAME_new(void) { return sk_GENERAL_NAME_new_null(); }
static inline int shim_sk_GENERAL_NAME_num(const STACK_OF(GENERAL_NAME) * stack) { return sk_GENERAL_NAME_num(stack); }
static inline GENERAL_NAME *shim_sk_GENERAL_NAME_value(const STACK_OF(GENERAL_NAME) * stack, int index) {
    return sk_GENERAL_NAME_value(stack, index);
}
static inline int shim_sk_GENERAL_NAME_push(STACK_OF(GENERAL_NAME) * stack, GENERAL_NAME *name) {
    return sk_GENERAL_NAME_push(stack, name);
}
static inline void shim_sk_GENERAL_NAME_free(STACK_OF(GENERAL_NAME) * stack) {
    sk_GENERAL_NAME_pop_free(stack, GENERAL_NAME_free);
}

// --- TLS

static inline long shim_SSL_CTX_set_mode(SSL_CTX *context, long mode) { return SSL_CTX_set_mode(context, mode); }
static inline int shim_SSL_CTX_set_min_proto_version(SSL_CTX *context, int version) {
    return (int)SSL_CTX_set_min_proto_version(context, version);
}
static inline int shim_SSL_CTX_set_max_proto_version(SSL_CTX *context, int version) {
    return (int)SSL_CTX_set_max_proto_version(context, version);
}
static inline int shim_SSL_CTX_set1_groups_list(SSL_CTX *context, const char *groups) {
    return (int)SSL_CTX_set1_groups_list(context, groups);
}
static inline long shim_SSL_CTX_set_session_cache_mode(SSL_CTX *context, long mode) {
    return SSL_CTX_set_session_cache_mode(context, mode);
}
static inline int shim_SSL_CTX_set_tlsext_ticket_keys(SSL_CTX *context, unsigned char *keys, long length) {
    return (int)SSL_CTX_set_tlsext_ticket_keys(context, keys, length);
}
static inline void shim_SSL_CTX_set_tlsext_servername_callback(SSL_CTX *context,
                                                               int (*callback)(SSL *, int *, void *),
                                                               void *argument) {
    SSL_CTX_set_tlsext_servername_callback(context, callback);
    SSL_CTX_set_tlsext_servername_arg(context, argument);
}
static inline int shim_SSL_set_tlsext_host_name(SSL *ssl, const char *name) {
    return (int)SSL_set_tlsext_host_name(ssl, name);
}
static inline uint64_t shim_SSL_OP_NO_RENEGOTIATION(void) { return SSL_OP_NO_RENEGOTIATION; }
static inline uint64_t shim_SSL_OP_NO_COMPRESSION(void) { return SSL_OP_NO_COMPRESSION; }
static inline uint64_t shim_SSL_OP_CIPHER_SERVER_PREFERENCE(void) { return SSL_OP_CIPHER_SERVER_PREFERENCE; }
static inline uint64_t shim_SSL_OP_PRIORITIZE_CHACHA(void) { return SSL_OP_PRIORITIZE_CHACHA; }

#endif
