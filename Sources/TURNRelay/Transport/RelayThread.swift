// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// A thread that a relay runs on: it takes work from any other, in order.
protocol RelayThread: AnyObject, Sendable {
    var isCurrent: Bool { get }
    func execute(_ work: @escaping @Sendable () -> Void)
}

/// An event loop of SwiftNIO, for what is confined to it.
final class EventLoopThread: RelayThread {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    var isCurrent: Bool { eventLoop.inEventLoop }

    func execute(_ work: @escaping @Sendable () -> Void) {
        eventLoop.execute(work)
    }
}

/// A value that is touched on one thread alone, and may be held by others.
///
/// Unchecked, because the compiler does not know our threads; `NIOLoopBound` is the same for event loops.
final class Confined<Value>: @unchecked Sendable {
    private let storage: Value
    private let thread: any RelayThread

    /// - Parameter value: given away: nobody else uses it.
    init(_ value: sending Value, to thread: any RelayThread) {
        storage = value
        self.thread = thread
    }

    private init(unchecked value: Value, to thread: any RelayThread) {
        storage = value
        self.thread = thread
    }

    /// The same value by a more general type.
    func generalized<General>(_ cast: (Value) -> General) -> Confined<General> {
        Confined<General>(unchecked: cast(storage), to: thread)
    }

    var value: Value {
        assert(thread.isCurrent, "used on a thread that does not own it")
        return storage
    }
}
