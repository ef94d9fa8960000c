// SPDX-License-Identifier: Apache-2.0

import DatagramIO
import NIOCore
import NIOPosix
import OpenSSLTLS
import Synchronization

/// Threads that TLS handshakes compute on while media is relayed, which comes first.
///
/// When media arrives, the kernel does not always interrupt a thread that computes with the priority of the relay's, and calls feel
/// that beside many handshakes. So there are threads that run when nobody else wants the CPU. Of one that others take whole such a thread has a
/// third of a percent: where some steps wait for it, the next go to threads like event loops, and nobody can starve handshakes with media.
final class HandshakeThreads: HandshakeWorkers {
    private static let patience = 4

    private let patient: NIOThreadPool
    private let ordinary: NIOThreadPool
    /// Steps that the patient threads have not done.
    private let waiting = Atomic(0)
    private let limit: Int

    /// - Parameter count: of threads of each kind, at least one.
    private init(count: Int) {
        patient = NIOThreadPool(numberOfThreads: count)
        ordinary = NIOThreadPool(numberOfThreads: count)
        limit = count * Self.patience
    }

    /// - Parameter eventLoop: that waits for the threads.
    static func start(count: Int, eventLoop: any EventLoop) async throws -> HandshakeThreads {
        let threads = HandshakeThreads(count: count)
        let started = eventLoop.makePromise(of: Void.self)
        do throws(SystemCallError) {
            try WorkerThread.start {
                // Of this thread and those that it makes.
                MediaFirst.yieldToRelay()
                threads.ordinary.start()
                // Where that is not allowed, all handshakes are as important as signaling.
                _ = SchedulingPolicy.idle.apply()
                threads.patient.start()
                started.succeed()
            }
        } catch {
            started.fail(error)
        }
        try await started.futureResult.get()
        return threads
    }

    func submit(_ step: @escaping NIOThreadPool.WorkItem) {
        guard waiting.load(ordering: .relaxed) < limit else { return ordinary.submit(step) }
        waiting.add(1, ordering: .relaxed)
        patient.submit { [self] state in
            step(state)
            waiting.subtract(1, ordering: .relaxed)
        }
    }

    func shutdownGracefully() async throws {
        try await patient.shutdownGracefully()
        try await ordinary.shutdownGracefully()
    }
}
