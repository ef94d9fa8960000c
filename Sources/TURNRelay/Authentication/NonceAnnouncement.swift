// SPDX-License-Identifier: Apache-2.0

package import STUNCodec

/// What a nonce says about the challenge that it came with: the nonce cookie of RFC 8489, section 9.2, and which
/// algorithms were listed.
package struct NonceAnnouncement {
    static let length = SecurityFeatures.cookieLength + 1

    let features: SecurityFeatures
    let offer: AlgorithmOffer

    package init(features: SecurityFeatures, offer: AlgorithmOffer) {
        self.features = features
        self.offer = offer
    }

    var text: String { features.cookie + String(offer.rawValue) }
}

extension AlgorithmOffer {
    /// What the challenge with this nonce offered; nil when that cannot be one of ours.
    init?(nonce: String) {
        let bytes = Array(nonce.utf8)
        guard bytes.count > SecurityFeatures.cookieLength else { return nil }
        self.init(rawValue: Character(UnicodeScalar(bytes[SecurityFeatures.cookieLength])))
    }
}
