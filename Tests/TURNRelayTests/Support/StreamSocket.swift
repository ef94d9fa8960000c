// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import NIOCore
import STUNCodec

@testable import TURNRelay

/// A TCP socket that blocks, for tests that decide when a byte is read.
final class StreamSocket {
    struct Failed: Error {
        let operation: String
        let code = errno
    }

    private let descriptor: CInt
    private var isOpen = true

    private init(descriptor: CInt) {
        self.descriptor = descriptor
        // Silence is a failure, and comes to an end.
        var timeout = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close() }

    /// - Parameter bufferSize: for what is not read, in bytes; nil for what the system gives.
    convenience init(connectedTo address: TransportAddress, bufferSize: Int32? = nil) throws {
        let remote = try SocketAddress(address)
        self.init(descriptor: Glibc.socket(remote.protocol.rawValue, Int32(SOCK_STREAM.rawValue), 0))
        if var size = bufferSize {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        guard remote.withSockAddr({ Glibc.connect(descriptor, $0, socklen_t($1)) }) == 0 else {
            throw Failed(operation: "connect")
        }
    }

    static func listening(at address: TransportAddress) throws -> StreamSocket {
        let local = try SocketAddress(address)
        let socket = StreamSocket(descriptor: Glibc.socket(local.protocol.rawValue, Int32(SOCK_STREAM.rawValue), 0))
        guard local.withSockAddr({ bind(socket.descriptor, $0, socklen_t($1)) }) == 0,
            listen(socket.descriptor, 16) == 0
        else { throw Failed(operation: "listen") }
        return socket
    }

    func accept() throws -> StreamSocket {
        let accepted = Glibc.accept(descriptor, nil, nil)
        guard accepted >= 0 else { throw Failed(operation: "accept") }
        return StreamSocket(descriptor: accepted)
    }

    var localAddress: TransportAddress {
        get throws {
            let address = socketAddress { getsockname(descriptor, $0, &$1) }
            guard let address else { throw Failed(operation: "getsockname") }
            return address
        }
    }

    /// What the relay has of this connection, which is in the same process.
    func relayEnd() throws -> StreamEnd {
        let here = try localAddress
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { CInt($0) }
        for other in open where other != descriptor && StreamEnd.peer(of: other) == here {
            return StreamEnd(descriptor: other)
        }
        throw Failed(operation: "find the other end")
    }

    // MARK: Bytes

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failed(operation: "send") }
            rest = rest.dropFirst(count)
        }
    }

    /// Sends until there has been no room for some time.
    ///
    /// - Returns: how many bytes have been taken.
    func sendUntilFull(limit: Int) throws -> Int {
        let bytes = [UInt8](repeating: 7, count: 64 * 1024)
        var total = 0
        while total < limit {
            var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard poll(&ready, 1, 500) == 1 else { return total }
            let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
            let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, flags) }
            guard count > 0 else { throw Failed(operation: "send") }
            total += count
        }
        return total
    }

    /// Nil at the end.
    func receive(atMost count: Int) throws -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        let received = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
        guard received >= 0 else { throw Failed(operation: "receive") }
        return received == 0 ? nil : Array(bytes.prefix(received))
    }

    func receive(_ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            guard let more = try receive(atMost: count - bytes.count) else { throw Failed(operation: "receive all") }
            bytes += more
        }
        return bytes
    }

    /// Whether nothing more comes: the other side has closed, in whatever way.
    func isAtEnd() -> Bool {
        do {
            return try receive(atMost: 1) == nil
        } catch {
            return (error as? Failed)?.code == ECONNRESET
        }
    }

    func finish() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    func close() {
        guard isOpen else { return }
        isOpen = false
        Glibc.close(descriptor)
    }
}

/// A descriptor of somebody else's.
struct StreamEnd {
    let descriptor: CInt

    static func peer(of descriptor: CInt) -> TransportAddress? {
        socketAddress { getpeername(descriptor, $0, &$1) }
    }

    /// TCP_NOTSENT_LOWAT, in bytes.
    var lowWater: CInt {
        var value: CInt = -1
        var size = socklen_t(MemoryLayout<CInt>.size)
        getsockopt(descriptor, Int32(IPPROTO_TCP), 25, &value, &size)
        return value
    }
}

private func socketAddress(
    _ ask: (UnsafeMutablePointer<sockaddr>, inout socklen_t) -> CInt
) -> TransportAddress? {
    var storage = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let address = withUnsafeMutablePointer(to: &storage) { pointer -> SocketAddress? in
        let status = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { ask($0, &size) }
        guard status == 0 else { return nil }
        let raw = UnsafeRawPointer(pointer)
        switch Int32(storageFamily(raw)) {
        case AF_INET: return SocketAddress(raw.load(as: sockaddr_in.self))
        case AF_INET6: return SocketAddress(raw.load(as: sockaddr_in6.self))
        default: return nil
        }
    }
    return address.flatMap(TransportAddress.init)
}

private func storageFamily(_ address: UnsafeRawPointer) -> sa_family_t {
    address.load(as: sa_family_t.self)
}
