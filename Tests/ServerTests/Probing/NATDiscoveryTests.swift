// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import Testing

@testable import Server

/// ``NATDiscovery`` against NATs that a table describes.
struct NATDiscoveryTests {
    typealias Test = NATDiscovery.Test
    typealias Answer = NATDiscovery.Answer

    static let local = address("10.0.0.2", 5000)
    static let server = address("192.0.2.1", 3478)
    static let other = address("192.0.2.2", 3479)
    static let mapped = address("203.0.113.9", 6000)

    static func address(_ text: String, _ port: UInt16) -> TransportAddress {
        TransportAddress(IPAddress(text) ?? IPAddress(ipv4: 0), port: port)
    }

    /// A NAT between the local socket and the server.
    private struct NAT {
        var mapping: NATBehavior?
        var filtering = NATBehavior.endpointIndependent
        var hairpins = false
        var other: TransportAddress? = NATDiscoveryTests.other

        func answer(_ test: Test) -> Answer? {
            switch test {
            case .binding: Answer(source: server, mapped: mapped(server), other: other)
            case .filteringAddress: filtering == .endpointIndependent ? Answer(source: NATDiscoveryTests.other) : nil
            case .filteringPort:
                filtering == .addressDependent ? Answer(source: address("192.0.2.1", 3479)) : nil
            case .mappingAddress: Answer(source: server, mapped: mapped(address("192.0.2.2", 3478)))
            case .mappingPort: Answer(source: server, mapped: mapped(NATDiscoveryTests.other))
            case .hairpin: hairpins ? Answer(source: NATDiscoveryTests.mapped) : nil
            }
        }

        private func mapped(_ destination: TransportAddress) -> TransportAddress {
            var mapped = NATDiscoveryTests.mapped
            switch mapping {
            case nil: return local
            case .endpointIndependent: break
            case .addressDependent: mapped.port = destination.address == server.address ? 6000 : 6001
            case .addressAndPortDependent:
                mapped.port = destination.address == server.address ? 6000 : 3000 + destination.port
            }
            return mapped
        }
    }

    private func discover(_ nat: NAT) -> (result: NATResult?, tests: [Test]) {
        var discovery = NATDiscovery(local: Self.local, server: Self.server)
        var tests: [Test] = []
        while let test = discovery.next, tests.count < 10 {
            tests.append(test)
            discovery.record(test, nat.answer(test))
        }
        return (discovery.result, tests)
    }

    static let behaviors = [NATBehavior.endpointIndependent, .addressDependent, .addressAndPortDependent]

    @Test(arguments: behaviors, behaviors)
    func behavesAsTheNATDoes(mapping: NATBehavior, filtering: NATBehavior) {
        for hairpins in [false, true] {
            let result = discover(NAT(mapping: mapping, filtering: filtering, hairpins: hairpins)).result
            #expect(result?.mapping == mapping && result?.filtering == filtering && result?.hairpin == hairpins)
            #expect(result?.isTranslated == true && result?.keepsPort == false)
        }
    }

    @Test func filteringIsTestedBeforeAPacketOpensTheNAT() {
        let tests = discover(NAT(mapping: .addressAndPortDependent, filtering: .addressAndPortDependent)).tests
        #expect(tests == [.binding, .filteringAddress, .filteringPort, .mappingAddress, .mappingPort, .hairpin])
    }

    @Test func withoutNATThereIsNoMapping() {
        let (result, tests) = discover(NAT(filtering: .addressDependent))
        #expect(result?.isTranslated == false && result?.mapping == nil && result?.hairpin == nil)
        #expect(result?.filtering == .addressDependent && tests == [.binding, .filteringAddress, .filteringPort])
        #expect(result?.meaning.contains("firewall") == true)
    }

    @Test(arguments: [nil, address("192.0.2.1", 3479), address("192.0.2.2", 3478)])
    func aServerWithOneAddressTellsWhatItCan(other: TransportAddress?) {
        let (result, tests) = discover(NAT(mapping: .endpointIndependent, hairpins: true, other: other))
        #expect(tests == [.binding, .hairpin])
        #expect(result?.isTranslated == true && result?.mapping == nil && result?.hairpin == true)
        #expect(result?.meaning.contains("no second address") == true)
    }

    @Test func aServerThatIgnoresChangeRequestsIsNotBelieved() {
        var discovery = NATDiscovery(local: Self.local, server: Self.server)
        discovery.record(.binding, Answer(source: Self.server, mapped: Self.local, other: Self.other))
        discovery.record(.filteringAddress, Answer(source: Self.server, mapped: Self.local))
        #expect(discovery.next == nil && discovery.result?.filtering == nil)
    }

    @Test func silenceTellsNothing() {
        var discovery = NATDiscovery(local: Self.local, server: Self.server)
        #expect(discovery.next == .binding)
        discovery.record(.binding, nil)
        #expect(discovery.next == nil && discovery.result == nil && !discovery.isAnswered)
    }

    @Test func requestsGoWhereTheTestsNeedThem() {
        var discovery = NATDiscovery(local: Self.local, server: Self.server)
        discovery.record(.binding, Answer(source: Self.server, mapped: Self.mapped, other: Self.other))
        #expect(discovery.destination(of: .mappingAddress) == Self.address("192.0.2.2", 3478))
        #expect(discovery.destination(of: .mappingPort) == Self.other)
        #expect(discovery.destination(of: .filteringPort) == Self.server)
        #expect(NATDiscovery.changeRequest(of: .filteringAddress)?.changeAddress == true)
        #expect(NATDiscovery.changeRequest(of: .filteringPort)?.changeAddress == false)
    }
}
