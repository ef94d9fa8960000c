// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The socket that listens for peers at the relayed transport address of a TCP allocation.
///
/// Opened by hand because Allocate is answered at once, and because connections to peers leave from the same port: the
/// kernel has that only where both sockets share it. The listener does so only when it has the port, so that the port of
/// another program is never shared.
enum PeerListener {
    private static let backlog: Int32 = 32
    /// For connections that leave from the same port.
    static let reusePort = ChannelOptions.Types.SocketOption(
        level: .socket,
        name: NIOBSDSocket.Option(rawValue: SO_REUSEPORT)
    )

    /// - Returns: the descriptor; nil when the system refuses.
    static func open(at address: TransportAddress) -> CInt? {
        guard let local = try? SocketAddress(address) else { return nil }
        let descriptor = socket(local.protocol.rawValue, streamType, 0)
        guard descriptor >= 0 else { return nil }
        guard set(SO_REUSEADDR, 1, of: descriptor),
            // Connections inherit it.
            set(SO_RCVBUF, DataConnectionHandler.receiveBufferSize, of: descriptor),
            fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0,
            local.withSockAddr({ bind(descriptor, $0, socklen_t($1)) }) == 0,
            listen(descriptor, backlog) == 0,
            set(SO_REUSEPORT, 1, of: descriptor)
        else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    static func close(_ descriptor: CInt) {
        #if canImport(Glibc)
            Glibc.close(descriptor)
        #else
            Musl.close(descriptor)
        #endif
    }

    private static func set(_ option: CInt, _ value: Int32, of descriptor: CInt) -> Bool {
        withUnsafeBytes(of: value) {
            setsockopt(descriptor, SOL_SOCKET, option, $0.baseAddress, socklen_t($0.count)) == 0
        }
    }

    #if canImport(Glibc)
        private static let streamType = Int32(SOCK_STREAM.rawValue)
    #else
        private static let streamType = SOCK_STREAM
    #endif
}
