// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// What a load is to be.
struct LoadPlan: Equatable, Sendable {
    enum Pace: Equatable, Sendable {
        /// Packets a second, of each client.
        case rate(Double)
        /// Packets under way at once, of each client: as fast as the server lets it.
        case window(Int)
    }

    enum Peer: Equatable, Sendable {
        /// A second client of the same server.
        case client
        /// A UDP echo server of this program.
        case echo
        /// A UDP echo server elsewhere.
        case address(TransportAddress)
    }

    let clients: Int
    let pace: Pace
    /// Bytes of a payload.
    let size: Int
    /// Seconds.
    let duration: Int
    let peer: Peer
    let usesIndications: Bool

    static let maximumSize = 65_000

    /// Refuses what would take this machine or the server longer, or more, than anybody means.
    init(
        clients: Int,
        pace: Pace,
        size: Int,
        duration: Int,
        peer: Peer,
        usesIndications: Bool
    ) throws(StartupError) {
        try Self.check("--clients", clients, in: 1...1000)
        try Self.check("--size", size, in: LoadPayload.headerLength...Self.maximumSize)
        try Self.check("--duration", duration, in: 1...3600)
        switch pace {
        case .rate(let rate): try Self.check("--rate", rate, in: 0.01...1_000_000)
        case .window(let window): try Self.check("--window", window, in: 1...10_000)
        }
        (self.clients, self.pace, self.size, self.duration) = (clients, pace, size, duration)
        (self.peer, self.usesIndications) = (peer, usesIndications)
    }

    private static func check<Value: Comparable & Sendable>(
        _ option: String,
        _ value: Value,
        in range: ClosedRange<Value>
    ) throws(StartupError) {
        guard range.contains(value) else {
            throw .configuration("\(option) \(value) is not \(range.lowerBound) to \(range.upperBound)")
        }
    }
}
