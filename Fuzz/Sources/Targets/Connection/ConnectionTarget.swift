// SPDX-License-Identifier: Apache-2.0

import STUNCodec

@testable import Server

/// The input is a kind of listener, how what a connection says is cut, and what it says.
enum ConnectionTarget {
    static func run(_ input: [UInt8]) {
        var decisions = Decisions(input)
        let flags = decisions.byte()
        let lengths = decisions.bytes(decisions.number(below: 16))
        let bytes = decisions.remainder()
        checkVerdicts(bytes)
        checkHeader(bytes)
        checkAddress(bytes)
        let connection = FuzzConnection(Listener(flags: flags))
        connection.say(bytes, lengths: lengths)
        connection.end()
    }

    /// What is decided stays decided, whatever comes behind it.
    private static func checkVerdicts(_ bytes: [UInt8]) {
        var decided = FirstBytes.Verdict.needMore
        for count in 0...min(bytes.count, 32) {
            let verdict = FirstBytes.verdict(on: Array(bytes[..<count]).rawSpan)
            require(decided == .needMore || verdict == decided, "\(decided) becomes \(verdict)")
            decided = verdict
            // The longest that has to be waited for is the name of a method.
            require(verdict != .needMore || count < 9, "\(count) bytes are not enough")
        }
    }

    private static func checkHeader(_ bytes: [UInt8]) {
        var decided = ProxyHeader.Result.needMore
        for count in 0...min(bytes.count, 300) {
            let result = ProxyHeader.parse(Array(bytes[..<count]).rawSpan)
            require(decided == .needMore || result == decided, "\(decided) becomes \(result)")
            decided = result
        }
        let result = ProxyHeader.parse(bytes.rawSpan)
        require(result != .needMore || bytes.count < 16 + Int(UInt16.max), "a header without an end")
        if case .header(let header) = result {
            require(1...bytes.count ~= header.length, "a header of \(header.length) bytes in \(bytes.count)")
            require(header.source.map { $0.address == $0.address.canonical } ?? true, "an address in disguise")
        }
    }

    /// The same bytes as an operator's text.
    private static func checkAddress(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let address = try? ListenAddress(text) else { return }
        let again = try? ListenAddress(address.description)
        require(again?.address == address.address && again?.transport == address.transport, "\(text) is not \(address)")
    }
}
