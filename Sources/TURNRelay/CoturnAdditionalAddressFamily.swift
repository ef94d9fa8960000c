// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// ADDITIONAL-ADDRESS-FAMILY as coturn and its clients number it: with a value that was never registered, chosen before
/// RFC 8656 got 0x8000. Its value is the same.
struct CoturnAdditionalAddressFamily: AddressFamilyAttribute {
    static let attributeType = AttributeType(rawValue: 0x8032)
    let code: UInt8
}
