// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import Synchronization

/// The sessions a client may resume: the newest one for each server name, for a bounded number of names.
final class SessionCache: Sendable {
    private struct Entry {
        let name: String
        let session: SessionHandle
    }

    /// Oldest first.
    private let entries = Mutex<[Entry]>([])
    private static let capacity = 32

    /// Takes over the caller's reference to `session`, an `SSL_SESSION`.
    func store(_ session: OpaquePointer, for name: String) {
        let entry = unsafe Entry(name: name, session: SessionHandle(owning: session))
        entries.withLock { entries in
            entries.removeAll { $0.name == name }
            if entries.count == Self.capacity { entries.removeFirst() }
            entries.append(entry)
        }
    }

    /// The session to resume. One of TLS 1.3 is given out once, lest an observer link connections by its ticket
    /// (RFC 8446, appendix C.4); the server sends a new one each time.
    func session(for name: String) -> SessionHandle? {
        entries.withLock { entries in
            guard let index = entries.firstIndex(where: { $0.name == name }) else { return nil }
            let session = entries[index].session
            if session.isSingleUse { entries.remove(at: index) }
            return session
        }
    }
}

/// Owns one reference to an `SSL_SESSION`, which nothing changes any more.
@safe final class SessionHandle: Sendable {
    nonisolated(unsafe) let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    deinit {
        unsafe SSL_SESSION_free(pointer)
    }

    var isSingleUse: Bool {
        unsafe SSL_SESSION_get_protocol_version(pointer) >= TLS1_3_VERSION
    }
}
