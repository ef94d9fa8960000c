// SPDX-License-Identifier: Apache-2.0

/// A message with the length field that its bytes call for.
func withLength(_ message: [UInt8]) -> [UInt8] {
    var bytes = message
    let length = UInt16(truncatingIfNeeded: message.count - 20)
    bytes[2] = UInt8(length >> 8)
    bytes[3] = UInt8(length & 0xFF)
    return bytes
}
