// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore

/// Tells the service manager how this process is (sd_notify(3)): datagrams to a Unix socket that NOTIFY_SOCKET names. Does
/// nothing where there is none.
struct ServiceNotifier: Sendable {
    enum State: Equatable, Sendable {
        case ready(status: String)
        /// The configuration is being read again; `ready` ends it.
        case reloading(monotonicMicroseconds: UInt64)
        case stopping(status: String)
        case watchdog

        var text: String {
            switch self {
            case .ready(let status): "READY=1\nSTATUS=\(status)"
            case .reloading(let time): "RELOADING=1\nMONOTONIC_USEC=\(time)\nSTATUS=Reading the configuration again"
            case .stopping(let status): "STOPPING=1\nSTATUS=\(status)"
            case .watchdog: "WATCHDOG=1"
            }
        }
    }

    private let path: String?

    init(environment: [String: String]) {
        path = environment["NOTIFY_SOCKET"].flatMap { $0.hasPrefix("/") || $0.hasPrefix("@") ? $0 : nil }
    }

    func send(_ state: State) {
        guard let path else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let bytes = Array(state.text.utf8)
        // A manager that is gone or slow is no reason to do anything else.
        _ = Self.withAddress(path) { sendto(descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT), $0, $1) }
    }

    func sendReloading() {
        // Of CLOCK_MONOTONIC, as the manager wants it.
        send(.reloading(monotonicMicroseconds: NIODeadline.now().uptimeNanoseconds / 1_000))
    }

    /// - Parameter path: with `@` for the zero that begins an abstract address (unix(7)).
    private static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int) -> Int {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return -1 }
        if path.hasPrefix("@") { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = MemoryLayout.offset(of: \sockaddr_un.sun_path)! + bytes.count
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(length)) }
        }
    }
}
