// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// A thread that has values of its own.
protocol OwningThread: AnyObject, Sendable {
    var isCurrent: Bool { get }
}

/// A thread that a relay runs on: it takes work from any other, in order.
protocol RelayThread: OwningThread {
    func execute(_ work: @escaping @Sendable () -> Void)
}

/// The thread of an event loop of SwiftNIO.
final class EventLoopThread: OwningThread {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    var isCurrent: Bool { eventLoop.inEventLoop }
}

/// A value that is touched on one thread alone, and may be held by others.
///
/// Unchecked, because the compiler does not know our threads; `NIOLoopBound` is the same for event loops.
final class Confined<Value>: @unchecked Sendable {
    private let storage: Value
    private let thread: any OwningThread

    /// - Parameter value: given away: nobody else uses it.
    init(_ value: sending Value, to thread: any OwningThread) {
        storage = value
        self.thread = thread
    }

    private init(unchecked value: Value, to thread: any OwningThread) {
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
