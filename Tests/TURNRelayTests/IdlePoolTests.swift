// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import TURNRelay

/// What a loop keeps for the next burst is bounded.
struct IdlePoolTests {
    @Test func `what was put in comes out`() {
        var pool = IdlePool<Int>()
        #expect(pool.take() == nil)
        pool.put(1, size: 100)
        #expect(pool.take() == 1 && pool.take() == nil)
    }

    @Test func `a thousand receivers at once leave the memory of 64 behind`() {
        var pool = IdlePool<Int>()
        for number in 0..<1000 { pool.put(number, size: 100) }
        #expect(pool.count == 64)
    }

    @Test func `the memory of large payloads is given back`() {
        var pool = IdlePool<Int>()
        pool.put(1, size: 64 * 65_535)
        #expect(pool.count == 0)
        pool.put(2, size: 64 * 1204)
        #expect(pool.count == 1)
    }
}
