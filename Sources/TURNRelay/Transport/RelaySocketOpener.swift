// SPDX-License-Identifier: Apache-2.0

import DatagramIO
import STUNCodec
import Synchronization

/// Opens sockets of relayed transport addresses on the thread that asks, and has them served by a datagram loop: that of
/// the allocation itself, or the one beside its event loop. It serves them for as long as they are open, wherever the
/// allocation moves.
final class RelaySocketOpener: RelaySockets, Sendable {
    /// For bursts of video frames; the kernel grants less where its limit is lower.
    private static let bufferSize: Int32 = 512 * 1024

    /// One for each event loop. Their loops' indices follow those of the event loops.
    private let threads: [DatagramThread]
    private let nextSerial = Atomic<UInt64>(1)

    init(threads: [DatagramThread]) {
        self.threads = threads
    }

    func open(at address: TransportAddress, for allocation: AllocationHandle) -> RelaySocketID? {
        guard let socket = try? DatagramSocket(boundTo: address, options: .errors, bufferSize: Self.bufferSize) else {
            return nil
        }
        let (serial, _) = nextSerial.add(1, ordering: .relaxed)
        let index = allocation.loop % threads.count
        threads[index].execute { $0.add(DatagramPort(socket, serial: serial, purpose: .allocation(allocation))) }
        return RelaySocketID(
            loop: Int32(truncatingIfNeeded: threads.count + index),
            descriptor: socket.descriptor,
            serial: serial
        )
    }

    func assign(_ socket: RelaySocketID, to allocation: AllocationHandle) {
        thread(of: socket).execute { $0.assignPort(socket, to: allocation) }
    }

    func close(_ socket: RelaySocketID) {
        thread(of: socket).execute { $0.removePort(socket) }
    }

    private func thread(of socket: RelaySocketID) -> DatagramThread {
        threads[Int(socket.loop) - threads.count]
    }
}
