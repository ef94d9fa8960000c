// SPDX-License-Identifier: Apache-2.0

import CDatagrams

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Waits for sockets to become readable, or for `wake` (epoll(7), eventfd(2)).
package final class Poller: Sendable {
    package struct Event: Sendable {
        /// Of the socket.
        package let descriptor: CInt
        package let isReadable: Bool
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
        try add(wakeup)
    }

    deinit {
        close(wakeup)
        close(epoll)
    }

    package func add(_ descriptor: CInt) throws(SystemCallError) {
        var event = unsafe epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(fd: descriptor))
        guard unsafe epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
            throw SystemCallError(errno: errno)
        }
    }

    /// To be called before the descriptor is closed. From any thread, like `add`.
    package func remove(_ descriptor: CInt) {
        var event = unsafe epoll_event()
        _ = unsafe epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &event)
    }

    /// Ends the wait under way, or the next one. From any thread.
    package func wake() {
        _ = eventfd_write(wakeup, 1)
    }

    /// Waits until something happens, at most `milliseconds`.
    package func wait(milliseconds: Int32) -> [Event] {
        unsafe withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Self.capacity) { ready in
            var events: [Event] = []
            let count = unsafe epoll_wait(epoll, ready.baseAddress, Int32(Self.capacity), milliseconds)
            for index in 0..<max(0, Int(count)) {
                let (descriptor, flags) = unsafe (ready[index].data.fd, ready[index].events)
                if descriptor == wakeup {
                    clearWakeup()
                } else {
                    let hasError = flags & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
                    let isReadable = flags & EPOLLIN.rawValue != 0
                    events.append(Event(descriptor: descriptor, isReadable: isReadable, hasError: hasError))
                }
            }
            return events
        }
    }

    private func clearWakeup() {
        var value: eventfd_t = 0
        _ = unsafe eventfd_read(wakeup, &value)
    }
}
