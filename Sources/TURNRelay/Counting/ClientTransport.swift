// SPDX-License-Identifier: Apache-2.0

/// What a client reaches the relay over.
package enum ClientTransport: Int, CaseIterable, Sendable {
    case udp
    case tcp
    case tls
}

/// A value for each transport, in place: a loop counts packets in it.
package struct PerTransport<Value: Sendable>: Sendable {
    private var values: [3 of Value]

    package init(_ value: Value) {
        values = [3 of Value](repeating: value)
    }

    package subscript(transport: ClientTransport) -> Value {
        get { values[transport.rawValue] }
        set { values[transport.rawValue] = newValue }
    }
}

extension PerTransport where Value == Int {
    package var sum: Int { ClientTransport.allCases.reduce(0) { $0 + self[$1] } }

    mutating func add(_ other: PerTransport) {
        for transport in ClientTransport.allCases { self[transport] += other[transport] }
    }
}

extension PerTransport where Value == Traffic {
    package var sum: Traffic {
        var sum = Traffic()
        for transport in ClientTransport.allCases { sum.add(self[transport]) }
        return sum
    }

    mutating func count(_ bytes: Int, over transport: ClientTransport) {
        values[transport.rawValue].count(bytes)
    }

    mutating func add(_ other: PerTransport) {
        for transport in ClientTransport.allCases { self[transport].add(other[transport]) }
    }
}
