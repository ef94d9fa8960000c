// SPDX-License-Identifier: Apache-2.0

/// USERNAME (RFC 8489, section 14.3): fewer than 509 bytes.
public struct Username: TextAttribute {
    public static let attributeType = AttributeType.username
    public static let maximumLength = 508
    public let text: String

    public init(text: String) {
        self.text = text
    }
}

/// REALM (RFC 8489, section 14.9).
public struct Realm: TextAttribute {
    public static let attributeType = AttributeType.realm
    public static let maximumLength = 763
    public let text: String

    public init(text: String) {
        self.text = text
    }
}

/// NONCE (RFC 8489, section 14.10).
public struct Nonce: TextAttribute {
    public static let attributeType = AttributeType.nonce
    public static let maximumLength = 763
    public let text: String

    public init(text: String) {
        self.text = text
    }
}

/// SOFTWARE (RFC 8489, section 14.14).
public struct Software: TextAttribute {
    public static let attributeType = AttributeType.software
    public static let maximumLength = 763
    public let text: String

    public init(text: String) {
        self.text = text
    }
}

/// ALTERNATE-DOMAIN (RFC 8489, section 14.16): the name to verify the alternate server by.
public struct AlternateDomain: TextAttribute {
    public static let attributeType = AttributeType.alternateDomain
    public static let maximumLength = 255
    public let text: String

    public init(text: String) {
        self.text = text
    }
}

/// THIRD-PARTY-AUTHORIZATION (RFC 7635, section 6.1): what the authorization server knows the TURN server by.
public struct ThirdPartyAuthorization: TextAttribute {
    public static let attributeType = AttributeType.thirdPartyAuthorization
    public static let maximumLength = 763
    public let text: String

    public init(text: String) {
        self.text = text
    }
}

/// ORIGIN (draft-ietf-tram-stun-origin, section 2): the web origin that a request is made for, `https://example.com`.
public struct Origin: TextAttribute {
    public static let attributeType = AttributeType.origin
    public static let maximumLength = 267
    public let text: String

    public init(text: String) {
        self.text = text
    }
}
