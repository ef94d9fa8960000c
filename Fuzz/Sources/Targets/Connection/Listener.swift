// SPDX-License-Identifier: Apache-2.0

@testable import OpenSSLTLS
@testable import Server

/// A kind of listener, and of what a client agrees with it in TLS.
struct Listener {
    let rolesInsideTLS: ListenAddress.Roles
    let plainRoles: ListenAddress.Roles
    let isBehindProxy: Bool
    let applicationProtocol: String?
    /// One of the routes cannot be set up.
    let fails: Bool

    init(flags: UInt8) {
        rolesInsideTLS = ListenAddress.Roles(rawValue: flags & 0b11)
        plainRoles = ListenAddress.Roles(rawValue: flags >> 2 & 0b11)
        isBehindProxy = flags & 0b1_0000 != 0
        applicationProtocol = [nil, "stun.turn", "http/1.1", "h2"][Int(flags >> 5 & 0b11)]
        fails = flags & 0b1000_0000 != 0
    }

    /// What a handshake tells.
    var session: TLSSession {
        TLSSession(
            protocolVersion: .tls13,
            cipher: "TLS_AES_128_GCM_SHA256",
            serverName: "fuzz.test",
            alpn: applicationProtocol,
            isResumed: false,
            peerCertificates: [],
            verificationProblem: nil
        )
    }
}
