// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// When a request on UDP is sent again (RFC 8489, section 6.2.1): after RTO, which doubles each time.
enum Retransmission {
    static let first = TimeAmount.milliseconds(500)
}
