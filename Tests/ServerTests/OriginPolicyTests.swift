// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Server

struct OriginPolicyTests {
    @Test(
        arguments: [
            ("https://call.test", "call.test", true), ("https://call.test:8443", "call.test:8443", true),
            ("https://call.test", "call.test:443", true), ("HTTPS://Call.Test", "call.test", true),
            (nil, "call.test", true),
            ("https://partner.test", "call.test", true),
            ("http://call.test", "call.test", false), ("https://evil.test", "call.test", false),
            ("https://call.test.evil.test", "call.test", false), ("https://call.test:444", "call.test", false),
            ("null", "call.test", false), ("", "call.test", false), ("https://call.test", nil, false),
        ] as [(String?, String?, Bool)]
    )
    func admission(origin: String?, host: String?, expected: Bool) {
        let policy = OriginPolicy(allowed: ["https://Partner.test"])
        #expect(policy.admits(origin: origin, host: host) == expected)
    }
}
