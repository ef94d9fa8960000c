// SPDX-License-Identifier: Apache-2.0

import OpenSSLCrypto
import Testing

@testable import TURNRelay

/// Tickets of RFC 8016.
struct MobilityTicketTests {
    private let tickets: MobilityTickets
    private let content = MobilityTickets.Content(
        allocation: AllocationHandle(loop: 3, client: ClientID(slot: 70_000, generation: .max), serial: 5),
        number: 7
    )

    init() throws {
        tickets = try MobilityTickets(secret: Array(repeating: 1, count: 32))
    }

    private func issue(to user: String = "alice") throws -> [UInt8] {
        var random = SecureRandom()
        return try #require(tickets.issue(content, to: user, using: &random))
    }

    @Test func ticketsAreForTheirUser() throws {
        let ticket = try issue()
        #expect(tickets.open(ticket, of: "alice") == content)
        #expect(tickets.open(ticket, of: "bob") == nil && tickets.open(ticket, of: "") == nil)
    }

    @Test func ticketsTellNothingApart() throws {
        #expect(try issue() != issue())
    }

    @Test func everyChangedByteIsNoticed() throws {
        let ticket = try issue()
        for index in ticket.indices {
            var changed = ticket
            changed[index] ^= 1
            #expect(tickets.open(changed, of: "alice") == nil)
        }
        for length in 0..<ticket.count {
            #expect(tickets.open(Array(ticket.prefix(length)), of: "alice") == nil)
        }
        #expect(tickets.open(ticket + [0], of: "alice") == nil)
    }

    @Test func ticketsOfAnotherServer() throws {
        let other = try MobilityTickets(secret: Array(repeating: 2, count: 32))
        #expect(other.open(try issue(), of: "alice") == nil)
    }

    @Test func handlesThatAreNone() throws {
        var random = SecureRandom()
        let allocation = AllocationHandle(loop: -1, client: ClientID(slot: 0, generation: 0), serial: 0)
        #expect(tickets.issue(.init(allocation: allocation, number: 0), to: "alice", using: &random) == nil)
    }
}
