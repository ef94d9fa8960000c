// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TestSupport
import Testing

@testable import TURNRelay

/// RFC 8656, section 8.2, and what the passing of time does.
struct RefreshTests {
    @Test func prolongs() throws {
        let bench = try Bench()
        let client = try bench.allocate()
        _ = bench.advance(.seconds(500))
        #expect(try bench.ask(.refresh, client, Lifetime(seconds: 900)).value(Lifetime.self)?.seconds == 900)
        #expect(bench.advance(.seconds(899)).isEmpty)
        #expect(bench.directory.count == 1)
        #expect(bench.advance(.seconds(1)).isEmpty)
        #expect(bench.directory.count == 0 && bench.quota.totalInUse == 0)
    }

    @Test func zeroDeletesAndCanBeRepeated() throws {
        let bench = try Bench()
        let client = try bench.allocate()
        let request = try client.request(.refresh, bench.transactionID(), [Lifetime(seconds: 0)])
        let first = try Answer(bench.send(request, from: client))
        #expect(first.isSuccess && bench.directory.count == 0 && bench.quota.totalInUse == 0)
        #expect(try first.value(Lifetime.self)?.seconds == 0)
        #expect(try Answer(bench.send(request, from: client)) == first)
        #expect(try bench.ask(.refresh, client, Lifetime(seconds: 0)).error == 437)
        #expect(try bench.ask(.allocate, client, RequestedTransport.udp).isSuccess)
    }

    @Test func withoutAllocation() throws {
        let bench = try Bench()
        #expect(try bench.ask(.refresh, bench.connect()).error == 437)
        #expect(try bench.ask(.refresh, bench.allocate(), RequestedAddressFamily(family: .ipv6)).error == 443)
    }

    /// An allocation outlives the credential that made it, up to the maximum age; a new one cannot be made with it.
    @Test func outlivesItsEphemeralCredential() throws {
        var configuration = RelayConfiguration()
        configuration.maximumAllocationAge = .seconds(3000)
        let bench = try Bench(configuration)
        let client = try bench.allocate(bench.ephemeral(lifetime: 60))
        for _ in 0..<5 {
            _ = bench.advance(.seconds(500))
            bench.renewNonce(of: client)
            #expect(try bench.ask(.refresh, client).isSuccess)
        }
        _ = bench.advance(.seconds(499))
        bench.renewNonce(of: client)
        #expect(try bench.ask(.refresh, client).value(Lifetime.self)?.seconds == 1)
        let late = bench.connect(client.credential)
        #expect(try bench.ask(.allocate, late, RequestedTransport.udp).error == 401)
        _ = bench.advance(.seconds(1))
        #expect(bench.directory.count == 0)
        #expect(try bench.ask(.allocate, client, RequestedTransport.udp).error == 401)
    }

    @Test func longTermUsersHaveNoMaximumAge() throws {
        var configuration = RelayConfiguration()
        configuration.maximumAllocationAge = .seconds(700)
        let bench = try Bench(configuration)
        let client = try bench.allocate()
        _ = bench.advance(.seconds(599))
        #expect(try bench.ask(.refresh, client).value(Lifetime.self)?.seconds == 600)
    }

    // MARK: Deadlines

    @Test func unauthenticatedConnectionsAreClosed() throws {
        let bench = try Bench()
        let client = bench.connect()
        #expect(bench.advance(.milliseconds(9_749)).isEmpty)
        #expect(bench.advance(.milliseconds(1)) == [.close(client.id, .unauthenticated)])
    }

    @Test func aBindingDoesNotCountAsAuthentication() throws {
        let bench = try Bench()
        let client = bench.connect(Credential(username: "alice", password: "wrong"))
        _ = try bench.ask(.allocate, client, RequestedTransport.udp)
        #expect(bench.advance(.seconds(10)) == [.close(client.id, .unauthenticated)])
    }

    @Test func connectionsWithoutAllocationAreClosedLater() throws {
        let bench = try Bench()
        let client = bench.connect()
        _ = try bench.ask(.refresh, client)
        #expect(bench.advance(.seconds(59)).isEmpty)
        #expect(bench.advance(.seconds(1)) == [.close(client.id, .unallocated)])
        let expiring = try bench.allocate()
        #expect(bench.advance(.seconds(600)).isEmpty && bench.directory.count == 0)
        #expect(bench.advance(.seconds(60)) == [.close(expiring.id, .unallocated)])
    }

    @Test func disconnectionFreesEverything() throws {
        let bench = try Bench()
        let client = try bench.allocate()
        bench.relay.disconnect(client.id, at: bench.now.uptime)
        bench.relay.disconnect(client.id, at: bench.now.uptime)
        #expect(bench.directory.count == 0 && bench.quota.totalInUse == 0 && bench.relay.clientCount == 0)
        #expect(bench.advance(.hours(1)).isEmpty && bench.relay.deadlines.count == 0)
    }

}
