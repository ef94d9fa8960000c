// SPDX-License-Identifier: Apache-2.0

/// The options that a turnserver.conf may have, each with a value that coturn would take.
enum CoturnOptions {
    /// Those of coturn 4.6.1 and the file that Debian installs with it.
    static let version46 = """
        listening-device=eth0 listening-port=3478 tls-listening-port=5349 alt-listening-port=3479
        alt-tls-listening-port=5350 tcp-proxy-port=5555 listening-ip=192.0.2.1 listening-ip=2001:db8::1
        aux-server=192.0.2.2:33478 aux-server=[2001:db8::2]:33478 udp-self-balance relay-device=eth1
        relay-ip=192.0.2.1 relay-ip=2001:db8::1 external-ip=198.51.100.1/192.0.2.1 relay-threads=2 min-port=50000
        max-port=51000 verbose Verbose fingerprint lt-cred-mech no-auth use-auth-secret static-auth-secret=north
        server-name=turn.example.org oauth user=alice:wonder userdb=/var/db/turndb psql-userdb=host mysql-userdb=host
        sql-userdb=host secret-key-file=/key mongo-userdb=mongodb redis-userdb=ip redis-statsdb=ip realm=example.org
        check-origin-consistency user-quota=12 total-quota=1200 max-bps=125000 bps-capacity=0 no-udp no-tcp no-tls
        no-dtls no-udp-relay no-tcp-relay stale-nonce=600 max-allocate-lifetime=3600 channel-lifetime=600
        permission-lifetime=300 cert=/cert.pem pkey=/key.pem pkey-pwd=secret cipher-list=DEFAULT CA-file=/ca.pem
        ec-curve-name=prime256v1 dh566 dh1066 dh-file=/dh.pem no-stdout-log log-file=/var/tmp/turn.log syslog
        syslog-facility=LOG_LOCAL1 simple-log new-log-timestamp new-log-timestamp-format=%FT%T%z log-binding
        alternate-server=198.51.100.7:5678 alternate-server=198.51.100.8 tls-alternate-server=198.51.100.7:5349 stun-only
        no-stun no-software-attribute prod rest-api-separator=: allow-loopback-peers no-multicast-peers
        max-allocate-timeout=60 allowed-peer-ip=198.51.100.10 denied-peer-ip=198.51.100.0-198.51.100.255 pidfile=/pid
        secure-stun mobility keep-address-family allocation-default-address-family=ipv4 proc-user=turn proc-group=turn
        no-cli cli-ip=127.0.0.1 cli-port=5766 cli-password=qwerty cli-max-output-sessions=3 web-admin web-admin-ip=127.0.0.1
        web-admin-port=8080 web-admin-listen-on-workers server-relay acme-redirect=http://example.org/ ne=3 no-tlsv1
        no-tlsv1_1 no-tlsv1_2 no-sslv2 no-sslv3 no-auth-pings no-dynamic-ip-list no-dynamic-realms prometheus
        prometheus-port=9641 prometheus-username-labels no-rfc5780 no-stun-backward-compatibility
        response-origin-only-with-rfc5780 daemon db=/var/db/turndb secret-ts-exp-time=86400 version
        """

    /// Those that came until 4.17.
    static let version417 = """
        sock-buf-size=1000000 prometheus-address=127.0.0.1 prometheus-path=/metrics prometheus-tls prometheus-cert=/c
        prometheus-key=/k software-attribute dtls raw-public-keys log-min-level=warning tcp-alternate-server=198.51.100.9
        udp-alternate-server=198.51.100.9 drain-min-allocations=3 cli tlsv1 tlsv1_1 rfc5780 stun-backward-compatibility
        rfc5766-channel-numbers rfc3489-compatibility respond-http-unsupported drop-invalid-packets
        drop-invalid-packets-log udp-recvmmsg udp-recvmmsg-log udp-sendmmsg-log udp-gso include-reason-string
        multiplex-peer multiplex-peer-port=3480 multiplex-peer-max-peers=100 cpus=2 unauthorized-ratelimit
        unauthorized-ratelimit-rps=20 stateless-nonce stateless-nonce-secret=abc
        """

    static let lines = (version46 + " " + version417).split(whereSeparator: \.isWhitespace).map(String.init)
    static let names = Set(lines.map { String($0.prefix { $0 != "=" }) })
}
