// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import Testing

struct SecurityFeaturesTests {
    static let known: [(SecurityFeatures, String)] = [
        (.passwordAlgorithms, "obMatJos2gAAA"), (.usernameAnonymity, "obMatJos2QAAA"),
        ([.passwordAlgorithms, .usernameAnonymity], "obMatJos2wAAA"), ([], "obMatJos2AAAA"),
    ]

    /// `gAAA` is in the example of RFC 8656, section 20.
    @Test(arguments: known)
    func cookies(features: SecurityFeatures, cookie: String) {
        #expect(features.cookie == cookie)
        #expect(SecurityFeatures(nonce: cookie) == features)
        #expect(SecurityFeatures(nonce: cookie + "adl7W7PeDU4hKE72jda") == features)
    }

    /// `AAAC` is in appendix B.1 of RFC 8489 with its errata.
    @Test(arguments: [("AAAB", true, false), ("AAAC", false, true), ("AAAD", true, true), ("////", true, true)])
    func bitsCountedFromTheOtherEnd(digits: String, algorithms: Bool, anonymity: Bool) throws {
        let features = try #require(SecurityFeatures(nonce: "obMatJos2" + digits))
        #expect(features.contains(.passwordAlgorithms) == algorithms)
        #expect(features.contains(.usernameAnonymity) == anonymity)
    }

    @Test(arguments: [
        "", "obMatJos2", "obMatJos2gAA", "obmatjos2gAAA", "obMatJos2gAA=", "obMatJos2gA-A", "xobMatJos2gAAA",
    ])
    func noCookie(nonce: String) {
        #expect(SecurityFeatures(nonce: nonce) == nil)
    }
}
