// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// Requests by method and by the code of their answer. A table of fixed size: whatever clients send, it does not grow.
package struct RequestCounters: Sendable {
    package enum Method: String, CaseIterable, Sendable {
        case binding
        case allocate
        case refresh
        case createPermission
        case channelBind
        case connect
        case connectionBind
        /// That this relay does not know.
        case other
    }

    /// Of all answers that there are; 0 is success.
    package static let codes = [0, 300, 400, 401, 403, 405, 420, 437, 438, 440, 441, 442, 443, 446, 447, 486, 508]

    private var counts = [Int](repeating: 0, count: Method.allCases.count * codes.count)

    package init() {}

    package subscript(method: Method, code: Int) -> Int {
        Self.index(of: method, code).map { counts[$0] } ?? 0
    }

    mutating func count(_ method: STUNCodec.Method, code: Int) {
        guard let index = Self.index(of: Method(method), code) else { return assertionFailure("code \(code)") }
        counts[index] += 1
    }

    mutating func add(_ other: RequestCounters) {
        for index in counts.indices { counts[index] += other.counts[index] }
    }

    private static func index(of method: Method, _ code: Int) -> Int? {
        guard let row = Method.allCases.firstIndex(of: method), let column = codes.firstIndex(of: code) else {
            return nil
        }
        return row * codes.count + column
    }
}

extension RequestCounters.Method {
    init(_ method: STUNCodec.Method) {
        self =
            switch method {
            case .binding: .binding
            case .allocate: .allocate
            case .refresh: .refresh
            case .createPermission: .createPermission
            case .channelBind: .channelBind
            case .connect: .connect
            case .connectionBind: .connectionBind
            default: .other
            }
    }
}
