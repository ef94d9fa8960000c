// SPDX-License-Identifier: Apache-2.0

/// Why options of coturn (4.6 to 4.17) have nothing in swiftturn's configuration to become.
enum CoturnOptionCatalog {
    /// What an operator is told of an option: that it changes nothing, or what is missing.
    enum Remark: Equatable, Sendable {
        /// swiftturn does without it what it asks for.
        case needless(String)
        case missing(String)
    }

    static func remark(on option: CoturnConfigurationFile.Option) -> Remark? {
        if let text = needless[option.name] { return .needless(text) }
        if let text = missing[option.name] { return .missing(text) }
        return fixed[option.name].map { value, text in
            option.value.isEmpty || option.value == value ? .needless(text) : .missing(text)
        }
    }

    static var names: Set<String> { Set(needless.keys).union(missing.keys).union(fixed.keys) }

    /// Options whose usual value is what swiftturn does, whatever is asked for.
    private static let fixed = [
        "stale-nonce": ("600", "a nonce lasts 10 minutes"),
        "channel-lifetime": ("600", "channels last 10 minutes (RFC 8656, section 12)"),
        "permission-lifetime": ("300", "permissions last 5 minutes (RFC 8656, section 9)"),
        "rest-api-separator": (":", "time and user name are separated by ':'"),
        "allocation-default-address-family": ("ipv4", "a client that asks for no family gets IPv4"),
    ]

    private static let needless: [String: String] = [
        "lt-cred-mech": "long-term credentials are always required",
        "fingerprint": "FINGERPRINT is sent to clients that send it",
        "no-multicast-peers": "multicast peers are denied unless allow-peer names them",
        "no-software-attribute": "SOFTWARE has no version in it",
        "prod": "SOFTWARE has no version in it",
        "software-attribute": "SOFTWARE is sent, without a version",
        "no-cli": "there is no telnet interface",
        "no-dtls": "TURN over DTLS is not served",
        "no-rfc5780": "NAT behavior discovery is served only with nat-discovery",
        "no-sslv2": tlsVersions, "no-sslv3": tlsVersions, "no-tlsv1": tlsVersions, "no-tlsv1_1": tlsVersions,
        "dh566": tlsVersions, "dh1066": tlsVersions,
        "no-stdout-log": logging, "simple-log": logging, "syslog": logging, "new-log-timestamp": logging,
        "daemon": "it runs in the foreground, under a service manager",
        "pidfile": "it runs in the foreground, under a service manager",
        "no-auth-pings": "no database is asked for secrets",
        "no-dynamic-ip-list": "no database is asked for peer addresses",
        "no-dynamic-realms": "no database is asked for realms",
        "no-stun-backward-compatibility": "classic STUN (RFC 3489) is not answered",
        "response-origin-only-with-rfc5780": "RESPONSE-ORIGIN is sent only with nat-discovery",
        "udp-self-balance": "one process uses all cores",
        "ne": "there is one network engine",
        "stateless-nonce": "nonces need no memory",
        "drop-invalid-packets": "invalid packets are dropped",
        "udp-recvmmsg": "UDP is received in batches",
        "web-admin-ip": administration, "web-admin-port": administration, "cli-ip": administration,
        "cli-port": administration, "cli-password": administration, "cli-max-output-sessions": administration,
        "version": "an option of the command line",
    ]

    private static let missing: [String: String] = [
        "no-auth": "every client authenticates",
        "psql-userdb": otherDatabase, "sql-userdb": otherDatabase, "mysql-userdb": otherDatabase,
        "mongo-userdb": otherDatabase, "redis-userdb": otherDatabase, "secret-key-file": otherDatabase,
        "redis-statsdb": "there is no Redis interface",
        "pkey-pwd": "a private key with a pass phrase is not read: 'openssl pkey' takes it off",
        "CA-file": "client certificates are not checked",
        "cipher-list": tlsVersions, "ec-curve-name": tlsVersions, "dh-file": tlsVersions, "no-tlsv1_2": tlsVersions,
        "tlsv1": tlsVersions, "tlsv1_1": tlsVersions, "raw-public-keys": tlsVersions,
        "dtls": "TURN over DTLS is not served",
        "listening-device": "listeners are bound to addresses: use listening-ip",
        "relay-device": "relay sockets are bound to addresses: use relay-ip",
        "alt-listening-port": discovery, "alt-tls-listening-port": discovery, "rfc5780": discovery,
        "tcp-proxy-port": "the PROXY protocol is taken from proxies that are named: see proxy-protocol-from",
        "no-udp-relay": "relaying to UDP peers cannot be turned off",
        "server-relay": "permissions are always checked (RFC 8656, section 9)",
        "stun-only": "TURN cannot be turned off", "no-stun": "STUN Binding cannot be turned off",
        "secure-stun": "STUN Binding needs no authentication",
        "check-origin-consistency": "a client's realm stays once it has authenticated, whatever ORIGIN says later",
        "tls-alternate-server": alternates, "tcp-alternate-server": alternates, "udp-alternate-server": alternates,
        "keep-address-family": "a client that asks for no family gets IPv4 (RFC 8656, section 7.2)",
        "max-allocate-timeout": "a connection has 10 seconds to authenticate and 60 for an allocation",
        "acme-redirect": "requests of ACME are not redirected",
        "proc-user": "the service manager chooses it: User= of a systemd unit",
        "proc-group": "the service manager chooses it: Group= of a systemd unit",
        "log-file": logging, "syslog-facility": logging, "new-log-timestamp-format": logging,
        "log-binding": "Binding requests are not logged",
        "drop-invalid-packets-log": "invalid packets are counted, not logged",
        "udp-recvmmsg-log": "batches are not logged", "udp-sendmmsg-log": "batches are not logged",
        "cli": administration, "web-admin": administration, "web-admin-listen-on-workers": administration,
        "prometheus": metrics, "prometheus-port": metrics, "prometheus-address": metrics, "prometheus-path": metrics,
        "prometheus-username-labels": metrics, "prometheus-tls": metrics, "prometheus-cert": metrics,
        "prometheus-key": metrics,
        "stun-backward-compatibility": "classic STUN (RFC 3489) is not answered",
        "rfc3489-compatibility": "classic STUN (RFC 3489) is not answered",
        "rfc5766-channel-numbers": "channel numbers of RFC 5766 are taken",
        "respond-http-unsupported": "ports for TURN alone close connections of other protocols",
        "sock-buf-size": "sizes of socket buffers are not set",
        "udp-gso": "there is no option for it",
        "multiplex-peer": multiplexing, "multiplex-peer-port": multiplexing, "multiplex-peer-max-peers": multiplexing,
        "drain-min-allocations": "a server that stops gives its allocations a few seconds",
        "include-reason-string": "there is no option for it",
        "stateless-nonce-secret": "the secret of nonces is random",
        "secret-ts-exp-time": "credentials say themselves when they expire",
    ]

    private static let tlsVersions = "TLS is 1.2 and 1.3 with the ciphers of today"
    private static let logging = "log lines go to standard error, for the service manager to keep"
    private static let administration =
        "users are looked after by 'swiftturn users', a running server by admin-socket or admin-token-file"
    private static let otherDatabase = "only SQLite: export the users and give them to 'swiftturn users import'"
    private static let discovery = "NAT behavior discovery (RFC 5780) needs a second address: see nat-discovery"
    private static let alternates = "there is one list for all transports: alternate-server"
    private static let metrics =
        "metrics are on port 443 or on a Unix socket: see --metrics-token-file and --metrics-socket"
    private static let multiplexing = "each allocation has its own relay socket"
}
