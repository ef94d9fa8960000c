// SPDX-License-Identifier: Apache-2.0

import OpenSSLTLS
import Synchronization

/// What became of connections and requests since the server started. Locked: something happens here once for a
/// connection or a request of the web, never for a packet.
final class EdgeCounters: Sendable {
    /// What a connection turned out to be.
    enum Fate: String, CaseIterable {
        case turnOverTLS
        case turnOverTCP
        /// HTTP/1.1 and WebSocket.
        case web
        case webOverHTTP2
        /// HTTP without TLS, which is sent to https.
        case redirect
        /// A CA that validated a name by TLS-ALPN-01.
        case validation
        /// It speaks nothing that the listener serves.
        case unserved
        /// It said too little in time.
        case silent
        /// It ended, or its handshake failed, before it was known.
        case abandoned
    }

    /// What there were too many of.
    enum Limit: String, CaseIterable {
        case undecided
        case proxyHeader
        case http
    }

    enum HandshakeFailure: String, CaseIterable {
        /// The client does not trust the certificate, or does not like it for another reason.
        case certificateRefused
        case alert
        case closed
        case timeout
        case protocolViolation
        case tooMuchInput
        case unknownServerName
        case internalFailure
    }

    struct Handshake: Hashable, CaseIterable {
        let version: TLSVersion
        let isResumed: Bool

        static let allCases = [TLSVersion.tls12, .tls13].flatMap { version in
            [false, true].map { Handshake(version: version, isResumed: $0) }
        }
    }

    struct Request: Hashable, CaseIterable {
        enum Method: String, CaseIterable {
            case get
            case head
            case other
        }

        let method: Method
        /// The first digit of the status.
        let statusClass: Int

        static let allCases = Method.allCases.flatMap { method in
            (2...5).map { Request(method: method, statusClass: $0) }
        }
    }

    struct Counts: Sendable {
        var fates: [Fate: Int] = [:]
        var refused: [Limit: Int] = [:]
        var handshakes: [Handshake: Int] = [:]
        var handshakeFailures: [HandshakeFailure: Int] = [:]
        var requests: [Request: Int] = [:]
        /// At this moment.
        var undecided = 0
        var http = 0
    }

    private let state = Mutex(Counts())

    var counts: Counts { state.withLock { $0 } }

    func count(_ fate: Fate) {
        state.withLock { $0.fates[fate, default: 0] += 1 }
    }

    func countRefusal(_ limit: Limit) {
        state.withLock { $0.refused[limit, default: 0] += 1 }
    }

    func count(_ session: TLSSession) {
        let handshake = Handshake(version: session.protocolVersion, isResumed: session.isResumed)
        state.withLock { $0.handshakes[handshake, default: 0] += 1 }
    }

    func count(_ failure: HandshakeFailure) {
        state.withLock { $0.handshakeFailures[failure, default: 0] += 1 }
    }

    func count(_ request: Request) {
        state.withLock { $0.requests[request, default: 0] += 1 }
    }

    func changeUndecided(by change: Int) {
        state.withLock { $0.undecided += change }
    }

    func changeHTTP(by change: Int) {
        state.withLock { $0.http += change }
    }
}

extension EdgeCounters.HandshakeFailure {
    init(_ error: TLSError) {
        self =
            switch error.reason {
            // RFC 8446, section 6.2: bad_certificate to certificate_unknown, and unknown_ca.
            case .alertReceived(42...46), .alertReceived(48): .certificateRefused
            case .alertReceived: .alert
            case .closedDuringHandshake, .truncated: .closed
            case .protocolViolation: .protocolViolation
            case .tooMuchInput: .tooMuchInput
            case .unknownServerName: .unknownServerName
            case .certificateRejected, .internalFailure: .internalFailure
            }
    }
}
