// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ACME

/// When a CA is asked, in virtual time.
struct RenewalPlanTests {
    private static let day: Int64 = 86_400
    private static let start: Int64 = 1_800_000_000
    private static let ninetyDays = RenewalPlan.Validity(notBefore: start, notAfter: start + 90 * day)
    private static let down = ACMEFailure.unreachable("nobody answers")
    private static let elsewhere = ACMEFailure(.validation(name: "call.test", Problem(.connection)))

    /// Lives with `plan` from ``start`` on and fails always.
    /// - Returns: the seconds between attempts, and whom they were made with.
    private func attempts(
        _ plan: inout RenewalPlan,
        _ count: Int,
        jitter: Double = 0,
        failure: ACMEFailure = down
    ) -> [(pause: Int64, authority: Int)] {
        var (now, last) = (Self.start, Self.start)
        var made: [(Int64, Int)] = []
        while made.count < count {
            switch plan.next(now: now) {
            case .obtain(let authority):
                made.append((now - last, authority))
                last = now
                plan.failed(authority: authority, failure, now: now, jitter: jitter)
            case .wait(let time):
                #expect(time > now)
                now = time
            case .askRenewalInfo:
                Issue.record("there is nothing to renew")
                return made
            }
        }
        return made
    }

    @Test func `without a certificate one is obtained at once, and again ever later`() {
        var plan = RenewalPlan(authorities: 1)
        let pauses = attempts(&plan, 12).map(\.pause)
        #expect(pauses == [0, 60, 120, 240, 480, 960, 1920, 3840, 7680, 15360, 21600, 21600])
    }

    @Test func `jitter makes pauses up to a quarter longer`() {
        var plan = RenewalPlan(authorities: 1)
        #expect(attempts(&plan, 4, jitter: 1).map(\.pause) == [0, 75, 150, 300])
    }

    @Test func `a CA that fails is followed by the other at once`() {
        var plan = RenewalPlan(authorities: 2)
        let made = attempts(&plan, 6)
        #expect(made.map(\.authority) == [0, 1, 0, 1, 0, 1])
        #expect(made.map(\.pause) == [0, 0, 60, 0, 120, 0])
    }

    @Test func `another CA does not help a name that leads elsewhere`() {
        var plan = RenewalPlan(authorities: 2)
        #expect(attempts(&plan, 4, failure: Self.elsewhere).map(\.authority) == [0, 0, 0, 0])
        var other = RenewalPlan(authorities: 2)
        let forbidden = ACMEFailure(.validation(name: "call.test", Problem(.caa)))
        #expect(attempts(&other, 2, failure: forbidden).map(\.authority) == [0, 1])
    }

    @Test func `what the CA says counts, however often one tries`() {
        var plan = RenewalPlan(authorities: 1)
        let hour = Self.start + 3600
        plan.failed(
            authority: 0,
            ACMEFailure(.refused(Problem(.rateLimited)), retryAt: hour),
            now: Self.start,
            jitter: 0
        )
        #expect(plan.next(now: Self.start) == .wait(until: hour))
        plan.hurry()
        #expect(plan.next(now: Self.start + 1) == .wait(until: hour))
        #expect(plan.next(now: hour) == .obtain(authority: 0))
    }

    @Test func `somebody in a hurry does not wait for the back-off`() {
        var plan = RenewalPlan(authorities: 1)
        plan.failed(authority: 0, Self.down, now: Self.start, jitter: 0)
        #expect(plan.next(now: Self.start + 1) == .wait(until: Self.start + 60))
        plan.hurry()
        #expect(plan.next(now: Self.start + 1) == .obtain(authority: 0))
    }

    @Test(arguments: [(0.0, 60 * day), (0.5, 58 * day + day / 2), (1.0, 57 * day)])
    func `a third of the lifetime before its end, or a little earlier`(jitter: Double, age: Int64) {
        var plan = RenewalPlan(authorities: 1)
        plan.obtained(Self.ninetyDays, now: Self.start, jitter: jitter)
        plan.notAdvised(now: Self.start + age - 1)
        #expect(plan.next(now: Self.start + age - 1) == .wait(until: Self.start + age))
        #expect(plan.next(now: Self.start + age) == .obtain(authority: 0))
    }

    @Test func `a certificate that was found late is renewed at once`() {
        var plan = RenewalPlan(authorities: 2)
        plan.found(Self.ninetyDays, jitter: 0)
        #expect(plan.next(now: Self.start + 61 * Self.day) == .obtain(authority: 0))
        #expect(plan.next(now: Self.start + 1000 * Self.day) == .obtain(authority: 0), "also when it has expired")
    }

    /// By a clock that is a year ahead each new certificate has expired long ago.
    @Test func `a wrong clock does not make a storm of renewals`() {
        var plan = RenewalPlan(authorities: 1)
        let now = Self.start + 365 * Self.day
        plan.obtained(Self.ninetyDays, now: now, jitter: 0.5)
        plan.notAdvised(now: now)
        #expect(plan.next(now: now + 29 * Self.day) == .askRenewalInfo)
        plan.notAdvised(now: now + 29 * Self.day)
        #expect(plan.next(now: now + 29 * Self.day) == .wait(until: now + 29 * Self.day + 21_600))
        #expect(plan.next(now: now + 30 * Self.day) == .obtain(authority: 0))
    }

    @Test func `success forgets failures`() {
        var plan = RenewalPlan(authorities: 2)
        _ = attempts(&plan, 8)
        plan.obtained(Self.ninetyDays, now: Self.start, jitter: 0)
        let due = Self.start + 60 * Self.day
        #expect(plan.next(now: due) == .obtain(authority: 0))
        plan.failed(authority: 0, Self.elsewhere, now: due, jitter: 0)
        #expect(plan.next(now: due) == .wait(until: due + 60))
    }

    // MARK: Renewal information

    private func advised(
        _ info: RenewalInfo,
        retryAt: Int64? = nil,
        jitter: Double = 0.5
    ) -> RenewalPlan {
        var plan = RenewalPlan(authorities: 1)
        plan.obtained(Self.ninetyDays, now: Self.start, jitter: 0)
        #expect(plan.next(now: Self.start) == .askRenewalInfo)
        plan.advised(info, retryAt: retryAt, now: Self.start, jitter: jitter)
        return plan
    }

    @Test func `the CA's window is where the renewal falls`() {
        let window = RenewalInfo(start: Self.start + 10 * Self.day, end: Self.start + 12 * Self.day)
        var plan = advised(window)
        let due = Self.start + 11 * Self.day
        plan.notAdvised(now: due - 1)
        #expect(plan.next(now: due - 1) == .wait(until: due))
        #expect(plan.next(now: due) == .obtain(authority: 0))
        plan.advised(window, retryAt: nil, now: due - 1, jitter: 0)
        #expect(plan.next(now: due - 1) == .wait(until: due), "the same window, the same time in it")
    }

    @Test func `a window in the past means now`() {
        let plan = advised(RenewalInfo(start: Self.start - 20, end: Self.start - 10))
        #expect(plan.next(now: Self.start) == .obtain(authority: 0))
    }

    /// Whatever it would say: its windows may always be over.
    @Test func `a CA is asked again when a certificate is some hours old`() {
        var plan = advised(RenewalInfo(start: Self.start - 20, end: Self.start - 10))
        plan.obtained(Self.ninetyDays, now: Self.start, jitter: 0)
        #expect(plan.next(now: Self.start) == .wait(until: Self.start + 21_600))
    }

    @Test func `a window after the end does not let the certificate expire`() {
        var plan = advised(RenewalInfo(start: Self.start + 100 * Self.day, end: Self.start + 101 * Self.day))
        plan.notAdvised(now: Self.start + 81 * Self.day - 1)
        #expect(plan.next(now: Self.start + 81 * Self.day) == .obtain(authority: 0))
    }

    @Test(arguments: [(nil, 21600), (1, 60), (3600, 3600), (30 * day, day)])
    func `the CA is asked again when it says, within reason`(after: Int64?, pause: Int64) {
        let window = RenewalInfo(start: Self.start + 50 * Self.day, end: Self.start + 52 * Self.day)
        let plan = advised(window, retryAt: after.map { Self.start + $0 })
        #expect(plan.next(now: Self.start) == .wait(until: Self.start + pause))
        #expect(plan.next(now: Self.start + pause) == .askRenewalInfo)
    }
}
