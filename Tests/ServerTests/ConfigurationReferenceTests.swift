// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Server

/// docs/configuration.md is made from the code: `SWIFTTURN_REFERENCE=docs/configuration.md swift test --filter
/// ConfigurationReferenceTests` writes it anew.
struct ConfigurationReferenceTests {
    @Test func thePageSaysWhatTheCodeDoes() throws {
        let page = try ConfigurationReference().text
        if let path = ProcessInfo.processInfo.environment["SWIFTTURN_REFERENCE"] {
            try page.write(toFile: path, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: Self.page, encoding: .utf8) == page)
    }

    private static let page = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/configuration.md")

    @Test func everyOptionHasAFlagThatSaysWhatItIs() throws {
        let flags = try ConfigurationReference.flags()
        for key in ConfigurationKey.allCases {
            #expect(flags.contains { $0.key == key && !($0.abstract ?? "").isEmpty }, "\(key.rawValue)")
        }
    }
}
