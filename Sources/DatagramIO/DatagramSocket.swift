// SPDX-License-Identifier: Apache-2.0

import CDatagrams
package import STUNCodec
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// An open UDP socket, closed with the last reference. Never blocks.
package final class DatagramSocket: Sendable {
    package struct Options: OptionSet, Sendable {
        package let rawValue: Int32

        package init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// Share the port with other sockets of this program; the kernel spreads clients over them.
        package static let reusePort = Options(rawValue: Int32(DATAGRAM_REUSE_PORT.rawValue))
        /// Tell which local address a datagram arrived at.
        package static let localAddress = Options(rawValue: Int32(DATAGRAM_LOCAL_ADDRESS.rawValue))
        /// Queue ICMP errors for `takeError`.
        package static let errors = Options(rawValue: Int32(DATAGRAM_ERRORS.rawValue))
    }

    package let descriptor: CInt
    /// With the port that the system chose, when 0 was asked for.
    package let localAddress: TransportAddress
    private let segmentation: Atomic<Bool>

    /// - Parameters:
    ///   - address: an IPv6 socket takes IPv4 datagrams too only at the unspecified address.
    ///   - bufferSize: of the kernel's buffers in bytes, as far as it grants it; nil for its default.
    package init(
        boundTo address: TransportAddress,
        options: Options = [],
        bufferSize: Int32? = nil
    ) throws(SystemCallError) {
        var local = datagram_address(address)
        let descriptor = unsafe datagram_open(&local, options.rawValue, bufferSize ?? 0)
        guard descriptor >= 0 else { throw SystemCallError(errno: -descriptor) }
        self.descriptor = descriptor
        _ = unsafe datagram_local_address(descriptor, &local)
        localAddress = TransportAddress(local) ?? address
        segmentation = Atomic(datagram_can_segment(descriptor) != 0)
    }

    deinit {
        close(descriptor)
    }

    /// Sets or clears DF on what is sent from now on.
    package func setDontFragment(_ dontFragment: Bool) {
        _ = datagram_set_dont_fragment(descriptor, family, dontFragment ? 1 : 0)
    }

    /// An error that a datagram met after it was sent; nil when there is none.
    package func takeError() -> DatagramError? {
        var error = datagram_error()
        guard unsafe datagram_receive_error(descriptor, &error) == 1 else { return nil }
        return DatagramError(error)
    }

    /// Whether runs of datagrams may leave as segments of one. False for good once a device has refused to cut them.
    var maySegment: Bool {
        get { segmentation.load(ordering: .relaxed) }
        set { segmentation.store(newValue, ordering: .relaxed) }
    }

    var family: CInt { CInt(localAddress.address.family.rawValue) }
}

/// A system call that failed.
package struct SystemCallError: Error, Equatable, CustomStringConvertible {
    package let errno: Int32

    package init(errno: Int32) {
        self.errno = errno
    }

    package var description: String { unsafe String(cString: strerror(errno)) }
}
