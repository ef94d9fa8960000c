// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Server

/// A flood of one kind neither fills the log nor hides other kinds.
struct LogLimiterTests {
    private var limiter = LogLimiter(burst: 3, perSecond: 2)

    private mutating func admit(_ message: String, times: Int = 1, at now: Duration) -> [LogLimiter.Verdict] {
        (0..<times).map { _ in limiter.admit(message, at: now) }
    }

    @Test mutating func aBurstIsWrittenAndThenARate() {
        let burst = admit("a", times: 5, at: .zero)
        #expect(burst == Array(repeating: .write(suppressed: 0), count: 3) + [.suppress, .suppress])
        let other = admit("b", at: .zero)
        #expect(other == [.write(suppressed: 0)])
        let later = admit("a", at: .milliseconds(500)) + admit("a", at: .milliseconds(600))
        #expect(later == [.write(suppressed: 2), .suppress])
        // The burst is whole again, and no more than that.
        let much = admit("a", times: 4, at: .seconds(100))
        #expect(much == [.write(suppressed: 1), .write(suppressed: 0), .write(suppressed: 0), .suppress])
    }

    @Test mutating func whatWasLeftOutIsToldInTheEnd() {
        _ = admit("a", times: 6, at: .zero) + admit("b", at: .zero)
        let early = limiter.overdue(at: .seconds(9))
        #expect(early.isEmpty)
        let overdue = limiter.overdue(at: .seconds(10))
        #expect(overdue.map(\.message) == ["a"] && overdue.map(\.count) == [3])
        let again = limiter.overdue(at: .seconds(99))
        let next = admit("a", at: .seconds(99))
        #expect(again.isEmpty && next == [.write(suppressed: 0)])
    }

    @Test mutating func manyKindsShareOneBudget() {
        limiter = LogLimiter(burst: 1, perSecond: 1, maximumKinds: 2)
        let verdicts = (0..<100).flatMap { admit("\($0)", at: .zero) }
        #expect(verdicts.filter { $0 != .suppress }.count == 3)
        let overdue = limiter.overdue(at: .seconds(10))
        #expect(overdue.map(\.message) == ["other messages"])
    }

    @Test mutating func aClockThatStandsOrGoesBackEarnsNothing() {
        limiter = LogLimiter(burst: 1, perSecond: 1_000)
        let verdicts = [5, 4, 5].flatMap { admit("a", at: .seconds($0)) }
        #expect(verdicts == [.write(suppressed: 0), .suppress, .suppress])
    }
}
