// SPDX-License-Identifier: Apache-2.0

import Foundation
import STUNCodec

/// Listening sockets that the service manager has opened (sd_listen_fds(3)). They outlive this process: nobody who connects
/// while it is replaced is refused, and two processes may serve one socket.
struct InheritedSockets: Sendable {
    struct Socket: Equatable, Sendable {
        let descriptor: CInt
        let address: TransportAddress
    }

    let sockets: [Socket]

    /// - Parameter address: of a stream socket that listens; nil for any other descriptor.
    init(
        environment: [String: String],
        processID: Int32,
        address: (CInt) -> TransportAddress? = Self.listeningAddress
    ) throws(StartupError) {
        // The variables may be of a process that this one is a child of.
        guard environment["LISTEN_PID"] == "\(processID)", let count = environment["LISTEN_FDS"].flatMap(CInt.init)
        else {
            sockets = []
            return
        }
        var sockets: [Socket] = []
        for descriptor in Self.first..<Self.first + max(0, min(count, Self.limit)) {
            guard let address = address(descriptor) else {
                throw .configuration("descriptor \(descriptor) of the service manager is no TCP socket that listens")
            }
            sockets.append(Socket(descriptor: descriptor, address: address))
        }
        self.sockets = sockets
    }

    /// SD_LISTEN_FDS_START.
    private static let first: CInt = 3
    private static let limit: CInt = 64

    /// The socket for each of the listeners; nil for those that have none.
    ///
    /// Each socket must be for a listener: what nobody serves would let clients wait for ever.
    func assigned(to listeners: [ListenAddress]) throws(StartupError) -> [Socket?] {
        var rest = sockets
        let assigned = listeners.map { listener -> Socket? in
            guard listener.transport != .udp else { return nil }
            return rest.firstIndex { Self.fits($0.address, listener.address) }.map { rest.remove(at: $0) }
        }
        guard let left = rest.first else { return assigned }
        throw .configuration(
            .listen,
            "has nothing for \(left.address), which the service manager listens on: change its socket unit, or add it"
        )
    }

    /// All addresses of both families are also all of one.
    private static func fits(_ one: TransportAddress, _ other: TransportAddress) -> Bool {
        one.port == other.port
            && (one.address == other.address || one.address.isUnspecified && other.address.isUnspecified)
    }

    private static func listeningAddress(_ descriptor: CInt) -> TransportAddress? {
        var isListening: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &length) == 0, isListening == 1 else {
            return nil
        }
        // Programs that this one starts have no use for it.
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return localAddress(descriptor)
    }

    private static func localAddress(_ descriptor: CInt) -> TransportAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var (host, port) = (
            [CChar](repeating: 0, count: Int(NI_MAXHOST)), [CChar](repeating: 0, count: Int(NI_MAXSERV))
        )
        let isKnown = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                getsockname(descriptor, address, &length) == 0
                    && getnameinfo(
                        address,
                        length,
                        &host,
                        socklen_t(host.count),
                        &port,
                        socklen_t(port.count),
                        NI_NUMERICHOST | NI_NUMERICSERV
                    ) == 0
            }
        }
        guard isKnown, let address = IPAddress(text(host)), let number = UInt16(digits: text(port)[...]) else {
            return nil
        }
        return TransportAddress(address, port: number)
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
