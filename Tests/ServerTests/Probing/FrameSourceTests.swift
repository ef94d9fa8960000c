// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import Testing

@testable import Server

/// From files to frames.
struct FrameSourceTests {
    typealias Bytes = CaptureBytes

    static let message = Bytes.binding()
    static let udp4 = Bytes.ipv4(Bytes.udp(message), number: 17)
    static let udp6 = Bytes.ipv6(Bytes.udp(message), number: 17)
    static let cooked = [UInt8](repeating: 0, count: 14) + [8, 0] + udp4
    static let cooked2 = [8, 0] + [UInt8](repeating: 0, count: 18) + udp4

    @Test(
        arguments: [
            (1, Bytes.ethernet(udp4)), (1, Bytes.ethernet(udp4, vlan: true)), (1, Bytes.ethernet(udp4 + [0, 0, 0])),
            (101, udp4), (228, udp4), (0, [2, 0, 0, 0] + udp4), (113, cooked), (276, cooked2),
        ] as [(UInt16, [UInt8])]
    )
    func everyLinkTypeInBothFormats(linkType: UInt16, packet: [UInt8]) throws {
        let files = [
            Bytes.pcap([packet], linkType: UInt32(linkType)), Bytes.pcapng([packet], linkType: linkType),
            Bytes.pcap([packet], linkType: UInt32(linkType), isLittleEndian: false),
        ]
        for file in files {
            let frame = try #require(FrameSource.frames(of: file)?.first)
            #expect(frame.bytes == Self.message && frame.origin == "192.0.2.7:5000 > 192.0.2.1:3478 udp")
            #expect(frame.time == 1_700_000_000.5)
        }
    }

    @Test func ipv6WithExtensions() {
        let frames = FrameSource.frames(of: Bytes.pcap([Bytes.ethernet(Self.udp6, type: 0x86DD)]))
        #expect(frames?.map(\.origin) == ["[2001:db8::7]:5000 > [2001:db8::1]:3478 udp"])
    }

    @Test func otherProtocolsAreLeftOut() {
        let packets = [
            Bytes.ethernet([], type: 0x0806), Bytes.ethernet(Bytes.ipv4(Bytes.udp([1, 2, 3]), number: 17)),
            Bytes.ethernet(Bytes.ipv4([8, 0, 0, 0], number: 1)),
        ]
        #expect(FrameSource.frames(of: Bytes.pcap(packets)) == [])
    }

    @Test func streamsAreFramedWhateverTheSegments() {
        let stream = Self.message + [0x40, 1, 0, 5, 22, 1, 2, 3, 4, 0, 0, 0] + Bytes.binding(2)
        for size in 1...stream.count {
            let segments = stride(from: 0, to: stream.count, by: size).map { start in
                Bytes.tcp(Array(stream[start..<min(start + size, stream.count)]), sequence: 100 &+ UInt32(start))
            }
            let frames = FrameSource.frames(of: capture([Bytes.tcp([], sequence: 99, flags: 2)] + segments))
            #expect(frames?.map(\.bytes.count) == [Self.message.count, 12, Self.message.count])
        }
    }

    @Test func whatIsSentAgainCountsOnceAndAGapBeginsAnew() {
        let (one, two) = (Bytes.binding(1), Bytes.binding(2))
        let length = UInt32(one.count)
        // The sequence number wraps inside the stream.
        let start = UInt32.max - 10
        let segments = [
            Bytes.tcp(one, sequence: start), Bytes.tcp(one, sequence: start),
            Bytes.tcp(Array((one + two).dropFirst(8)), sequence: start &+ 8),
            Bytes.tcp(Array(one.prefix(20)), sequence: start &+ 2 * length),
            Bytes.tcp(two, sequence: start &+ 9 * length),
        ]
        #expect(FrameSource.frames(of: capture(segments))?.map(\.bytes) == [one, two, two])
    }

    @Test func otherStreamsAreLeftOut() {
        let segments = [
            Bytes.tcp(Array("GET / HTTP/1.1\r\n\r\n".utf8), sequence: 1), Bytes.tcp([0x40, 1, 0, 0], sequence: 50),
        ]
        #expect(FrameSource.frames(of: capture(segments)) == [])
    }

    private func capture(_ segments: [[UInt8]]) -> [UInt8] {
        Bytes.pcap(segments.map { Bytes.ethernet(Bytes.ipv4($0, number: 6)) })
    }

    @Test func messagesAndTextOfMessages() {
        let text = Self.message.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        #expect(FrameSource.frames(of: Array(text.utf8))?.map(\.origin) == ["block 1"])
        #expect(FrameSource.frames(of: Self.message + Self.message)?.map(\.bytes) == [Self.message, Self.message])
        #expect(FrameSource.frames(of: [0x40, 1, 0, 1, 7])?.map(\.isUnreadable) == [false])
        #expect(FrameSource.frames(of: Array("hello".utf8)) == nil)
        #expect(FrameSource.frames(of: []) == [])
    }

    /// Files are untrusted: neither noise nor damage may trap.
    @Test func noiseAndDamageDoNotTrap() {
        var random = SystemRandomNumberGenerator()
        let files = [
            Bytes.pcap([Bytes.ethernet(Self.udp4), Bytes.ethernet(Self.udp6, type: 0x86DD)]),
            Bytes.pcapng([Bytes.ethernet(Self.udp4)]), Self.message,
            capture([Bytes.tcp(Self.message, sequence: 1), Bytes.tcp(Self.message, sequence: 5)]),
        ]
        for round in 0..<4000 {
            var file = files[round % files.count]
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                file[Int.random(in: file.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if round % 3 == 0 { file = Array(file.prefix(Int.random(in: 0...file.count, using: &random))) }
            describe(file)
            describe((0..<round % 100).map { _ in UInt8.random(in: 0...255, using: &random) })
            let digits = (0..<round % 200).map { _ in "0123456789abcdef \n|:x\\".randomElement(using: &random) ?? " " }
            describe(Array(String(digits).utf8))
        }
    }

    private func describe(_ file: [UInt8]) {
        let text = DecodeText(style: TerminalText(isColored: true))
        for frame in FrameSource.frames(of: file) ?? [] {
            #expect(!text.block(FrameDescription(frame, integrity: nil)).isEmpty)
        }
    }
}
