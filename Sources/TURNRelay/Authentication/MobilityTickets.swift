// SPDX-License-Identifier: Apache-2.0

import OpenSSLCrypto

/// Makes and opens the tickets of RFC 8016: sealed, so that they tell nobody anything, and bound to the user.
///
/// A ticket needs no memory here. That it is used once is the allocation's part: it remembers the number of its latest
/// ticket, and another number is a ticket that was used or replaced.
struct MobilityTickets {
    /// What a ticket stands for.
    struct Content: Equatable {
        let allocation: AllocationHandle
        /// Of the tickets of this allocation.
        let number: UInt32
    }

    private static let contentLength = 5 * 4

    private let key: AEADKey

    /// - Parameter secret: 32 random bytes, shared by the event loops of one server.
    init(secret: [UInt8]) throws(AEADError) {
        key = try AEADKey(.aes256GCM, key: secret)
    }

    /// - Parameters:
    ///   - user: that the allocation belongs to.
    ///   - random: a cryptographically secure generator.
    /// - Returns: the value of MOBILITY-TICKET; nil when the allocation is not one of a server (our bug).
    func issue(
        _ content: Content,
        to user: String,
        using random: inout some RandomNumberGenerator
    ) -> [UInt8]? {
        let allocation = content.allocation
        guard let loop = UInt32(exactly: allocation.loop), let slot = UInt32(exactly: allocation.client.slot) else {
            return nil
        }
        let numbers = [loop, slot, allocation.client.generation, allocation.serial, content.number]
        let nonce = (0..<AEADKey.nonceLength).map { _ in UInt8.random(in: 0...UInt8.max, using: &random) }
        let text = numbers.flatMap { number in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) } }
        guard let sealed = try? key.seal(text, nonce: nonce, additional: Array(user.utf8)) else { return nil }
        return nonce + sealed
    }

    /// - Parameter user: who shows the ticket, proved by the request's MAC.
    /// - Returns: nil for anything that this server did not issue to the user.
    func open(_ ticket: [UInt8], of user: String) -> Content? {
        guard ticket.count == AEADKey.nonceLength + Self.contentLength + AEADKey.tagLength,
            let text = try? key.open(
                Array(ticket.dropFirst(AEADKey.nonceLength)),
                nonce: Array(ticket.prefix(AEADKey.nonceLength)),
                additional: Array(user.utf8)
            )
        else { return nil }
        let numbers = stride(from: 0, to: Self.contentLength, by: 4).map { start in
            text[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        let client = ClientID(slot: Int(numbers[1]), generation: numbers[2])
        return Content(
            allocation: AllocationHandle(loop: Int(numbers[0]), client: client, serial: numbers[3]),
            number: numbers[4]
        )
    }
}
