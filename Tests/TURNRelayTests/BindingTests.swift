// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import TestSupport
import Testing

@testable import TURNRelay

struct BindingTests {
    private func binding(_ fill: (inout STUNMessageWriter) -> Void = { _ in }) -> [UInt8] {
        var writer = STUNMessageWriter(
            type: MessageType(.binding, .request),
            transactionID: TransactionID(high: 1, low: 2)
        )
        fill(&writer)
        return writer.bytes
    }

    @Test func tellsTheClientItsAddress() throws {
        let bench = try Bench()
        let client = bench.connect()
        let answer = try Answer(bench.send(binding(), from: client))
        #expect(answer.isSuccess)
        #expect(try answer.value(XORMappedAddress.self)?.address == client.address)
        #expect(try !answer.has(.fingerprint) && !answer.has(.messageIntegrity))
    }

    @Test func answersWithFingerprintWhenAskedWithOne() throws {
        let bench = try Bench()
        let answer = try Answer(bench.send(binding { $0.appendFingerprint() }, from: bench.connect()))
        let message = try STUNMessageView(answer.bytes.rawSpan)
        #expect(message.hasValidFingerprint == true)
    }

    @Test func aWrongFingerprintIsNoSTUN() throws {
        let bench = try Bench()
        var bytes = binding { $0.appendFingerprint() }
        bytes[bytes.count - 1] ^= 1
        #expect(bench.send(bytes, from: bench.connect()) == .drop(.malformed))
    }

    @Test func unknownAttributesAreNamed() throws {
        let bench = try Bench()
        let unknown = AttributeType(rawValue: 0x7ABC)
        let answer = try Answer(bench.send(binding { $0.append(unknown, bytes: [1]) }, from: bench.connect()))
        #expect(answer.error == 420)
        #expect(try answer.value(UnknownAttributes.self)?.types == [unknown])
        let optional = AttributeType(rawValue: 0xC057)
        #expect(try Answer(bench.send(binding { $0.append(optional, bytes: [1]) }, from: bench.connect())).isSuccess)
    }

    @Test func whatIsNoRequestGetsNoAnswer() throws {
        let bench = try Bench()
        let client = bench.connect()
        var bytes = binding()
        #expect(bench.send(Array(bytes.dropLast()), from: client) == .drop(.malformed))
        for messageClass in [MessageClass.indication, .successResponse, .errorResponse] {
            let type = MessageType(.binding, messageClass).rawValue
            bytes[0] = UInt8(type >> 8)
            bytes[1] = UInt8(type & 0xFF)
            #expect(bench.send(bytes, from: client) == .drop(.unexpectedMessage))
        }
    }

    /// No message that anybody can send traps, and none without a valid MAC changes anything.
    @Test func randomMessages() throws {
        let bench = try Bench()
        let client = bench.connect()
        let request = try client.request(
            .allocate,
            bench.transactionID(),
            [RequestedTransport.udp, Lifetime(seconds: 9)]
        )
        for _ in 0..<3_000 {
            var bytes = request
            for _ in 0...Int.random(in: 0...3) {
                bytes[Int.random(in: bytes.indices)] = .random(in: 0...255)
            }
            if bytes != request {
                _ = bench.send(bytes, from: client)
            }
        }
        #expect(bench.directory.count == 0 && bench.quota.totalInUse == 0)
    }
}
