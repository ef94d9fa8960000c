// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A thread of the system that runs one function to its end.
package enum WorkerThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    /// Tells the threads that live now apart; never zero.
    package static var currentIdentity: UInt { UInt(pthread_self()) }

    package static func start(_ body: @escaping @Sendable () -> Void) throws(SystemCallError) {
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(Body(body))
        let status = unsafe pthread_create(
            &thread,
            nil,
            { context in
                if let context = unsafe context {
                    unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
                }
                return nil
            },
            unsafe context.toOpaque()
        )
        guard status == 0 else {
            unsafe context.release()
            throw SystemCallError(errno: status)
        }
        pthread_detach(thread)
    }
}
