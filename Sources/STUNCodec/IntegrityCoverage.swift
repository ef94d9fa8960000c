// SPDX-License-Identifier: Apache-2.0

/// Which bytes the MAC of MESSAGE-INTEGRITY or MESSAGE-INTEGRITY-SHA256 covers (RFC 8489, sections 14.5 and 14.6).
///
/// > The text used as input to HMAC is the STUN message, up to and including the attribute preceding the
/// > MESSAGE-INTEGRITY attribute. The Length field of the STUN message header is adjusted to point to the end of the
/// > MESSAGE-INTEGRITY attribute.
///
/// So the MAC is over `header`, which is not as the message has it, then over the message's bytes in `body`.
public struct IntegrityCoverage: Hashable, Sendable {
    /// The first four bytes of the message with the adjusted length.
    public let header: [UInt8]
    /// The rest of what is covered.
    public let body: Range<Int>
    /// Where the message has the MAC that it claims.
    public let mac: Range<Int>
}
