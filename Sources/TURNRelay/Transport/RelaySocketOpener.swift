// SPDX-License-Identifier: Apache-2.0

import DatagramIO
import STUNCodec
import Synchronization

/// Opens sockets of relayed transport addresses on the thread that asks, and has them served by a datagram loop.
final class RelaySocketOpener: RelaySockets, Sendable {
    /// For bursts of video frames; the kernel grants less where its limit is lower.
    private static let bufferSize: Int32 = 512 * 1024

    private let thread: DatagramThread
    private let nextSerial = Atomic<UInt64>(1)

    init(thread: DatagramThread) {
        self.thread = thread
    }

    func open(at address: TransportAddress, for allocation: AllocationHandle) -> RelaySocketID? {
        guard let socket = try? DatagramSocket(boundTo: address, options: .errors, bufferSize: Self.bufferSize) else {
            return nil
        }
        let (serial, _) = nextSerial.add(1, ordering: .relaxed)
        thread.execute { $0.add(DatagramPort(socket, serial: serial, purpose: .allocation(allocation))) }
        return RelaySocketID(descriptor: socket.descriptor, serial: serial)
    }

    func close(_ socket: RelaySocketID) {
        thread.execute { $0.removePort(socket) }
    }
}
