// SPDX-License-Identifier: Apache-2.0

import Logging
import STUNCodec
import Synchronization
import TURNRelay
import Testing

@testable import Server

/// Addresses of the host that come and go, in the place of a system that tests cannot change.
struct HostAddressWatchTests {
    private final class Interfaces: Sendable {
        struct Unknown: Error {}

        /// Nil while the system doesn't tell.
        let addresses: Mutex<[IPAddress]?>

        init(_ addresses: [IPAddress]) { self.addresses = Mutex(addresses) }

        func read() throws -> [IPAddress] {
            guard let addresses = addresses.withLock({ $0 }) else { throw Unknown() }
            return addresses
        }

        func change(to addresses: [IPAddress]?) { self.addresses.withLock { $0 = addresses } }
    }

    private static let first = IPAddress(ipv4: 0x0505_0501)
    private static let second = IPAddress(ipv4: 0x0505_0502)
    private static let external = IPAddress(ipv4: 0x0505_0503)

    private let interfaces = Interfaces([first])
    private let lines = LogLines()
    private let watch: HostAddressWatch
    private let rules: PeerRules

    init() throws {
        let (interfaces, lines) = (interfaces, lines)
        watch = try HostAddressWatch(
            external: [Self.external],
            logger: Logger(label: "test", factory: { _ in lines }),
            read: { try interfaces.read() }
        )
        rules = PeerRules(hostAddresses: watch.addresses)
    }

    private var allowed: [IPAddress] { [Self.first, Self.second, Self.external].filter(rules.allows) }

    @Test func anAddressThatComesIsDeniedAndOneThatGoesIsNot() async throws {
        #expect(allowed == [Self.second])
        interfaces.change(to: [Self.second])
        await watch.refresh()
        #expect(allowed == [Self.first])
        interfaces.change(to: [])
        await watch.refresh()
        await watch.refresh()
        #expect(allowed == [Self.first, Self.second])
        #expect(lines.messages == ["host addresses read again", "host addresses read again"])
    }

    @Test func whileTheSystemDoesNotTellAddressesStay() async throws {
        interfaces.change(to: nil)
        await watch.refresh()
        await watch.refresh()
        #expect(allowed == [Self.second])
        #expect(lines.messages == ["host addresses not read again"])
        interfaces.change(to: [Self.first, Self.second])
        await watch.refresh()
        #expect(allowed == [])
    }

    @Test func aServerDoesNotStartWithoutThem() {
        interfaces.change(to: nil)
        let interfaces = interfaces
        #expect(throws: Interfaces.Unknown.self) {
            try HostAddressWatch(external: [], logger: Logger(label: "test"), read: { try interfaces.read() })
        }
    }
}
