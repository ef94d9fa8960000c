// SPDX-License-Identifier: Apache-2.0

import DatagramIO
import NIOPosix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Threads that TLS handshakes compute on while event loops carry media, which comes first.
///
/// A signature takes long enough for the kernel to let it go on when media arrives, unless its thread has the lowest priority there
/// is. It then has a seventieth of a CPU that media takes whole: some twenty handshakes a second.
enum HandshakeThreads {
    /// PRIO_PROCESS, which C libraries give different types.
    private static let ofThread: CInt = 0
    private static let lowestPriority: CInt = 19

    /// - Parameter count: at least one.
    static func start(count: Int) async throws -> NIOThreadPool {
        let pool = NIOThreadPool(numberOfThreads: count)
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            do throws(SystemCallError) {
                try WorkerThread.start {
                    // On Linux that is this thread's, and that of those it makes (setpriority(2)). Where it may not be changed,
                    // handshakes are as important as media.
                    setpriority(ofThread, 0, lowestPriority)
                    pool.start()
                    continuation.resume()
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
        return pool
    }
}
