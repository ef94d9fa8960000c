// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// TCP_NOTSENT_LOWAT (tcp(7)): the kernel says "writable" only when less than this is unsent. What waits for a slow TURN
/// client then waits in its ``SendQueue``, where old media can still be dropped.
///
/// Connections that drop nothing keep the system's value: for them it would cost wake-ups and throughput.
enum NotSentLowWater {
    static let option = ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: 25))
    /// In bytes.
    static let forMedia: SocketOptionValue = 4 * 1024
    /// The system's own (net.ipv4.tcp_notsent_lowat).
    static let unset: SocketOptionValue = 0
}
