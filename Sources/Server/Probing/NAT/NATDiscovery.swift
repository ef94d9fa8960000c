// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// Finds out how a NAT behaves (RFC 5780, section 4), without I/O: says which test is next, takes its answer, and judges.
///
/// Filtering is tested before mapping, since a packet to the server's other address opens the NAT for it.
struct NATDiscovery {
    enum Test: Hashable, Sendable {
        /// The mapped address, and the server's other one.
        case binding
        /// The server answers from its other address and port.
        case filteringAddress
        /// The server answers from its other port.
        case filteringPort
        /// The same socket asks the other address, on the port asked first.
        case mappingAddress
        /// The same socket asks the other address and port.
        case mappingPort
        /// Two sockets here send to each other's mapped address.
        case hairpin
    }

    struct Answer: Equatable, Sendable {
        let source: TransportAddress
        var mapped: TransportAddress?
        var other: TransportAddress?
        /// A code, when the server refused.
        var error: Int?
    }

    let local: TransportAddress
    let server: TransportAddress
    private var answers: [Test: Answer?] = [:]

    init(local: TransportAddress, server: TransportAddress) {
        self.local = local
        self.server = server
    }

    mutating func record(_ test: Test, _ answer: Answer?) {
        answers[test] = .some(answer)
    }

    // MARK: What is next

    /// The next test; nil when all is known that can be.
    var next: Test? {
        guard answers[.binding] != nil else { return .binding }
        guard mapped != nil else { return nil }
        let tests: [Test] = other == nil ? hairpinTest : filteringTests + mappingTests + hairpinTest
        return tests.first { answers[$0] == nil }
    }

    /// Where a test's request goes; nil for the hairpin, which asks no server.
    func destination(of test: Test) -> TransportAddress? {
        switch test {
        case .binding, .filteringAddress, .filteringPort: server
        case .mappingAddress: other.map { TransportAddress($0.address, port: server.port) }
        case .mappingPort: other
        case .hairpin: nil
        }
    }

    static func changeRequest(of test: Test) -> ChangeRequest? {
        switch test {
        case .filteringAddress: ChangeRequest(changeAddress: true, changePort: true)
        case .filteringPort: ChangeRequest(changeAddress: false, changePort: true)
        default: nil
        }
    }

    private var filteringTests: [Test] {
        answer(.filteringAddress) == nil ? [.filteringAddress, .filteringPort] : [.filteringAddress]
    }

    private var mappingTests: [Test] {
        guard isTranslated else { return [] }
        return answer(.mappingAddress)?.mapped == mapped ? [.mappingAddress] : [.mappingAddress, .mappingPort]
    }

    private var hairpinTest: [Test] { isTranslated ? [.hairpin] : [] }

    // MARK: What is known

    private func answer(_ test: Test) -> Answer? { answers[test].flatMap { $0 } }

    /// Whether the server answered at all.
    var isAnswered: Bool { answer(.binding) != nil }

    var mapped: TransportAddress? { answer(.binding)?.mapped }

    /// The server's other address and port; nil when it has none that differs in both, which the tests need.
    var other: TransportAddress? {
        guard let other = answer(.binding)?.other, other.address != server.address, other.port != server.port else {
            return nil
        }
        return other
    }

    private var isTranslated: Bool { mapped != nil && mapped != local }

    /// RFC 5780, section 4.3. Nil when a test had no answer.
    private var mapping: NATBehavior? {
        guard let mapped, let first = answer(.mappingAddress)?.mapped else { return nil }
        if first == mapped { return .endpointIndependent }
        guard let second = answer(.mappingPort)?.mapped else { return nil }
        return second == first ? .addressDependent : .addressAndPortDependent
    }

    /// RFC 5780, section 4.4. An answer counts when it comes from where it was asked to come from.
    private var filtering: NATBehavior? {
        guard let other, answers[.filteringAddress] != nil else { return nil }
        if let answer = answer(.filteringAddress) { return answer.source == other ? .endpointIndependent : nil }
        guard let answer = answer(.filteringPort) else { return .addressAndPortDependent }
        return answer.source == TransportAddress(server.address, port: other.port) ? .addressDependent : nil
    }

    var result: NATResult? {
        guard let mapped else { return nil }
        return NATResult(
            local: "\(local)",
            mapped: "\(mapped)",
            isTranslated: isTranslated,
            keepsPort: mapped.port == local.port,
            hasOtherAddress: other != nil,
            mapping: mapping,
            filtering: filtering,
            hairpin: isTranslated ? answer(.hairpin) != nil : nil
        )
    }
}
