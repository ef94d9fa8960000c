// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore
import NIOPosix

/// A Unix socket that listens at a path, for whoever may open the file.
struct LocalSocket {
    /// For its user and group.
    private static let mode: mode_t = 0o660
    private static let backlog: Int32 = 16

    let path: String

    /// - Parameter attach: called for each connection, on its event loop.
    func listen(
        on group: any EventLoopGroup,
        attach: @escaping @Sendable (any Channel) throws -> Void
    ) async throws(StartupError) -> any Channel {
        let descriptor = try open()
        do {
            return try await ServerBootstrap(group: group)
                .serverChannelInitializer { listener in
                    listener.eventLoop.makeCompletedFuture {
                        try listener.pipeline.syncOperations.addHandler(AcceptBackoffHandler())
                    }
                }
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try attach(channel) }
                }
                .withBoundSocket(descriptor).get()
        } catch {
            throw .unavailable("cannot listen on \(path): \(error)")
        }
    }

    /// To be called when nobody listens any more.
    func remove() {
        unlink(path)
    }

    // MARK: Opening

    private func open() throws(StartupError) -> CInt {
        try clear()
        let descriptor = try makeSocket()
        // Nobody may connect before the file has the mode that it is to have, whatever the umask is.
        let isListening =
            fchmod(descriptor, 0o600) == 0 && withAddress { bind(descriptor, $0, $1) } == 0
            && chmod(path, Self.mode) == 0 && Foundation.listen(descriptor, Self.backlog) == 0
        guard isListening else {
            let code = errno
            close(descriptor)
            throw .unavailable("cannot listen on \(path): \(Self.words(code))")
        }
        return descriptor
    }

    /// Removes the file of a socket that nobody listens on any more: a server that was killed leaves it behind.
    private func clear() throws(StartupError) {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return }
        guard attributes[.type] as? FileAttributeType == .typeSocket else {
            throw .unavailable("\(path) is taken: there is a file that is no socket")
        }
        let descriptor = try makeSocket()
        defer { close(descriptor) }
        guard withAddress({ connect(descriptor, $0, $1) }) != 0, errno == ECONNREFUSED else {
            throw .unavailable("\(path) is taken: another program listens there")
        }
        unlink(path)
    }

    private func makeSocket() throws(StartupError) -> CInt {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else { throw .unavailable("cannot listen on \(path): \(Self.words(errno))") }
        return descriptor
    }

    private func withAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt) -> CInt {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) {
            $0.copyBytes(from: path.utf8.prefix(AccessOptions.socketPathLimit))
        }
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    private static func words(_ code: Int32) -> String {
        String(cString: strerror(code))
    }
}
