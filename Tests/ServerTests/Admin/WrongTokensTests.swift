// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Server

@Suite struct WrongTokensTests {
    private var wrongTokens = WrongTokens()

    @Test mutating func `an address is blocked for a while, others are not`() {
        for _ in 0..<WrongTokens.burst {
            #expect(!wrongTokens.block("a", at: .zero))
            wrongTokens.note(from: "a", at: .zero)
        }
        #expect(wrongTokens.block("a", at: .zero) && !wrongTokens.block("b", at: .zero))
        #expect(!wrongTokens.block("a", at: WrongTokens.interval))
    }

    @Test mutating func `who has many addresses keeps nobody else out, and takes no more memory`() {
        let now = WrongTokens.interval
        for number in 0..<WrongTokens.maximumAddresses {
            for _ in 0..<WrongTokens.burst { wrongTokens.note(from: "\(number)", at: now) }
        }
        for _ in 0...WrongTokens.burst {
            wrongTokens.note(from: "another", at: now)
            #expect(!wrongTokens.block("another", at: now))
        }
        #expect(wrongTokens.block("0", at: now))
        // In time there is place again.
        let later = now + WrongTokens.interval * (WrongTokens.burst + 1)
        for _ in 0..<WrongTokens.burst { wrongTokens.note(from: "another", at: later) }
        #expect(wrongTokens.block("another", at: later))
    }
}
