// SPDX-License-Identifier: Apache-2.0

/// Payloads that passed a point, and their bytes.
package struct Traffic: Equatable, Sendable {
    package private(set) var packets = 0
    package private(set) var bytes = 0

    package init() {}

    mutating func count(_ length: Int) {
        packets += 1
        bytes += length
    }

    mutating func add(_ other: Traffic) {
        packets += other.packets
        bytes += other.bytes
    }
}
