// SPDX-License-Identifier: Apache-2.0

/// The class of a STUN message (RFC 8489, section 5).
public enum MessageClass: UInt8, Hashable, Sendable, CaseIterable {
    case request = 0b00
    case indication = 0b01
    case successResponse = 0b10
    case errorResponse = 0b11
}

/// The method of a STUN message: 12 bits.
public struct Method: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16

    @inlinable
    public init(rawValue: UInt16) {
        self.rawValue = rawValue & 0x0FFF
    }

    public static let binding = Method(rawValue: 0x001)
    public static let allocate = Method(rawValue: 0x003)
    public static let refresh = Method(rawValue: 0x004)
    public static let send = Method(rawValue: 0x006)
    public static let data = Method(rawValue: 0x007)
    public static let createPermission = Method(rawValue: 0x008)
    public static let channelBind = Method(rawValue: 0x009)
    public static let connect = Method(rawValue: 0x00A)
    public static let connectionBind = Method(rawValue: 0x00B)
    public static let connectionAttempt = Method(rawValue: 0x00C)
}

/// The 14 bits of the message type field: the class bits C1 and C0 sit between those of the method.
///
///      0                 1
///      2  3  4 5 6 7 8 9 0 1 2 3 4 5
///     +--+--+-+-+-+-+-+-+-+-+-+-+-+-+
///     |M |M |M|M|M|C|M|M|M|C|M|M|M|M|
///     |11|10|9|8|7|1|6|5|4|0|3|2|1|0|
///     +--+--+-+-+-+-+-+-+-+-+-+-+-+-+
public struct MessageType: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16

    @inlinable
    public init(rawValue: UInt16) {
        self.rawValue = rawValue & 0x3FFF
    }

    @inlinable
    public init(_ method: Method, _ messageClass: MessageClass) {
        let bits = method.rawValue
        let classBits = UInt16(messageClass.rawValue)
        rawValue =
            bits & 0x000F | (bits & 0x0070) << 1 | (bits & 0x0F80) << 2
            | (classBits & 0b01) << 4 | (classBits & 0b10) << 7
    }

    @inlinable public var method: Method {
        Method(rawValue: rawValue & 0x000F | (rawValue >> 1) & 0x0070 | (rawValue >> 2) & 0x0F80)
    }

    @inlinable public var messageClass: MessageClass {
        switch (rawValue & 0x0100 != 0, rawValue & 0x0010 != 0) {
        case (false, false): .request
        case (false, true): .indication
        case (true, false): .successResponse
        case (true, true): .errorResponse
        }
    }
}
