// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Server

/// A flood of one kind neither fills the log nor hides other kinds.
struct LogLimiterTests {
    @Test func aBurstIsWrittenAndThenARate() {
        var limiter = LogLimiter(burst: 3, perSecond: 2)
        #expect(
            (0..<5).map { _ in limiter.admit("a", at: .zero) } == [
                .write(suppressed: 0), .write(suppressed: 0),
                .write(suppressed: 0), .suppress, .suppress,
            ]
        )
        #expect(limiter.admit("b", at: .zero) == .write(suppressed: 0))
        #expect(limiter.admit("a", at: .milliseconds(500)) == .write(suppressed: 2))
        #expect(limiter.admit("a", at: .milliseconds(600)) == .suppress)
        // The burst is whole again, and no more than that.
        #expect(
            (0..<4).map { _ in limiter.admit("a", at: .seconds(100)) } == [
                .write(suppressed: 1), .write(suppressed: 0),
                .write(suppressed: 0), .suppress,
            ]
        )
    }

    @Test func whatWasLeftOutIsToldInTheEnd() {
        var limiter = LogLimiter(burst: 1, perSecond: 1)
        for _ in 0..<4 { _ = limiter.admit("a", at: .zero) }
        _ = limiter.admit("b", at: .zero)
        #expect(limiter.overdue(at: .seconds(9)).isEmpty)
        let overdue = limiter.overdue(at: .seconds(10))
        #expect(overdue.map(\.message) == ["a"] && overdue.map(\.count) == [3])
        #expect(limiter.overdue(at: .seconds(99)).isEmpty)
        #expect(limiter.admit("a", at: .seconds(99)) == .write(suppressed: 0))
    }

    @Test func manyKindsShareOneBudget() {
        var limiter = LogLimiter(burst: 1, perSecond: 1, maximumKinds: 2)
        let verdicts = (0..<100).map { limiter.admit("\($0)", at: .zero) }
        #expect(verdicts.filter { $0 != .suppress }.count == 3)
        #expect(limiter.overdue(at: .seconds(10)).map(\.message) == ["other messages"])
    }

    @Test func aClockThatStandsOrGoesBackEarnsNothing() {
        var limiter = LogLimiter(burst: 1, perSecond: 1_000)
        #expect(limiter.admit("a", at: .seconds(5)) == .write(suppressed: 0))
        #expect(limiter.admit("a", at: .seconds(4)) == .suppress)
        #expect(limiter.admit("a", at: .seconds(5)) == .suppress)
    }
}
