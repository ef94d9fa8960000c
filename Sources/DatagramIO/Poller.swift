// SPDX-License-Identifier: Apache-2.0

import CDatagrams

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Waits for sockets to become readable or to have room, or for `wake` (epoll(7), eventfd(2)).
package final class Poller: Sendable {
    package struct Event: Sendable {
        /// Of the socket.
        package let descriptor: CInt
        package let isReadable: Bool
        /// It takes more, after `watchRoom(of:)`.
        package let hasRoom: Bool
        /// Its error queue has something, or it is broken.
        package let hasError: Bool
    }

    private static let capacity = 256

    private let epoll: CInt
    private let wakeup: CInt

    package init() throws(SystemCallError) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw SystemCallError(errno: errno) }
        wakeup = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard wakeup >= 0 else {
            let error = SystemCallError(errno: errno)
            close(epoll)
            throw error
        }
        // Every write is an event, though nobody reads: it has all its bits to count up to.
        guard control(EPOLL_CTL_ADD, wakeup, EPOLLIN.rawValue | EPOLLET.rawValue) else {
            throw SystemCallError(errno: errno)
        }
    }

    deinit {
        close(wakeup)
        close(epoll)
    }

    package func add(_ descriptor: CInt) throws(SystemCallError) {
        guard control(EPOLL_CTL_ADD, descriptor, EPOLLIN.rawValue) else { throw SystemCallError(errno: errno) }
    }

    /// Whether to tell, too, when a socket that was added has room for what is sent.
    package func watchRoom(of descriptor: CInt, _ isWatched: Bool) {
        let room = isWatched ? EPOLLOUT.rawValue : 0
        _ = control(EPOLL_CTL_MOD, descriptor, EPOLLIN.rawValue | room)
    }

    /// To be called before the descriptor is closed. From any thread, like `add`.
    package func remove(_ descriptor: CInt) {
        _ = control(EPOLL_CTL_DEL, descriptor, 0)
    }

    private func control(_ operation: CInt, _ descriptor: CInt, _ events: UInt32) -> Bool {
        var event = unsafe epoll_event(events: events, data: epoll_data_t(fd: descriptor))
        return unsafe epoll_ctl(epoll, operation, descriptor, &event) == 0
    }

    /// Ends the wait under way, or the next one. From any thread.
    package func wake() {
        _ = eventfd_write(wakeup, 1)
    }

    /// Waits until something happens, at most `milliseconds`.
    ///
    /// - Parameter events: what has happened; memory that is used again and again.
    package func wait(milliseconds: Int32, into events: inout [Event]) {
        events.removeAll(keepingCapacity: true)
        unsafe withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Self.capacity) { ready in
            let count = unsafe epoll_wait(epoll, ready.baseAddress, Int32(Self.capacity), milliseconds)
            for index in 0..<max(0, Int(count)) {
                let (descriptor, flags) = unsafe (ready[index].data.fd, ready[index].events)
                if descriptor != wakeup { events.append(Event(descriptor: descriptor, flags: flags)) }
            }
        }
    }
}

extension Poller.Event {
    fileprivate init(descriptor: CInt, flags: UInt32) {
        self.init(
            descriptor: descriptor,
            isReadable: flags & EPOLLIN.rawValue != 0,
            hasRoom: flags & EPOLLOUT.rawValue != 0,
            hasError: flags & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
        )
    }
}
