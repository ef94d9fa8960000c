// SPDX-License-Identifier: Apache-2.0

/// When to ask which CA for a certificate. Times are in seconds since 1970; jitter is a random number from 0 to 1.
package struct RenewalPlan: Sendable {
    package enum Next: Sendable, Equatable {
        case obtain(authority: Int)
        /// Ask when the CA would have the certificate renewed.
        case askRenewalInfo
        case wait(until: Int64)
    }

    package struct Validity: Sendable, Equatable {
        package let notBefore: Int64
        package let notAfter: Int64

        package init(notBefore: Int64, notAfter: Int64) {
            self.notBefore = notBefore
            self.notAfter = notAfter
        }

        var lifetime: Int64 { max(notAfter - notBefore, 0) }
    }

    private struct Authority {
        var failures = 0
        /// By our own back-off.
        var restsUntil: Int64 = 0
        /// By the CA's word.
        var isClosedUntil: Int64 = 0
        /// Whether the next one may do better.
        var isToBlame = false

        var opensAt: Int64 { max(restsUntil, isClosedUntil) }
    }

    /// The first, and those to ask when it fails.
    private var authorities: [Authority]
    private var dueAt: Int64 = 0
    private var validity: Validity?
    private var asksAt: Int64?
    private var window: RenewalInfo?

    private static let firstPause: Int64 = 60
    private static let longestPause: Int64 = 6 * 3600
    private static let renewalInfoInterval: Int64 = 6 * 3600
    /// RFC 9773, section 4.3.2, recommends such bounds for what CAs say.
    private static let renewalInfoBounds: ClosedRange<Int64> = 60...86_400

    package init(authorities count: Int) {
        authorities = Array(repeating: Authority(), count: count)
    }

    package func next(now: Int64) -> Next {
        guard now >= dueAt else {
            guard let asksAt else { return .wait(until: dueAt) }
            return asksAt <= now ? .askRenewalInfo : .wait(until: min(asksAt, dueAt))
        }
        let open = candidates.map(\.opensAt)
        if let index = open.firstIndex(where: { $0 <= now }) { return .obtain(authority: index) }
        return .wait(until: open.min() ?? .max)
    }

    /// The first one, and each whose predecessor has failed for reasons of its own.
    private var candidates: ArraySlice<Authority> {
        let innocent = authorities.firstIndex { !$0.isToBlame } ?? authorities.count - 1
        return authorities[...innocent]
    }

    // MARK: Certificates

    /// A certificate was found at the start.
    package mutating func found(_ validity: Validity, jitter: Double) {
        self.validity = validity
        dueAt = Self.renewalTime(of: validity, jitter: jitter)
        asksAt = 0
    }

    /// A certificate has come.
    package mutating func obtained(_ validity: Validity, now: Int64, jitter: Double) {
        let isFirst = self.validity == nil
        found(validity, jitter: jitter)
        // A CA whose windows are always over must not be asked for one certificate after the other.
        if !isFirst { asksAt = now + Self.renewalInfoInterval }
        // By a clock that is far ahead it is due at once, and would be for ever.
        dueAt = max(dueAt, now + validity.lifetime / 3)
        window = nil
        authorities = Array(repeating: Authority(), count: authorities.count)
    }

    /// When a third of the lifetime is left, or up to a thirtieth of it earlier: certificates that were made in one moment
    /// are not renewed in one.
    private static func renewalTime(of validity: Validity, jitter: Double) -> Int64 {
        validity.notAfter - validity.lifetime / 3 - Int64(jitter * Double(validity.lifetime / 30))
    }

    // MARK: Failures

    /// Twice as long as before, and up to a quarter more; not before the CA says.
    package mutating func failed(authority index: Int, _ failure: ACMEFailure, now: Int64, jitter: Double) {
        let failures = authorities[index].failures
        let pause = min(Self.firstPause << Int64(min(failures, 20)), Self.longestPause)
        authorities[index].failures = failures + 1
        authorities[index].restsUntil = now + pause + Int64(jitter * Double(pause / 4))
        authorities[index].isClosedUntil = failure.retryAt ?? 0
        authorities[index].isToBlame = failure.isOfOneAuthority
    }

    /// Somebody has mended what failed: no back-off, but what CAs said holds.
    package mutating func hurry() {
        for index in authorities.indices { authorities[index].restsUntil = 0 }
    }

    // MARK: Renewal information (RFC 9773)

    /// The CA has said when.
    package mutating func advised(_ info: RenewalInfo, retryAt: Int64?, now: Int64, jitter: Double) {
        let pause = (retryAt ?? now + Self.renewalInfoInterval) - now
        asksAt = now + min(max(pause, Self.renewalInfoBounds.lowerBound), Self.renewalInfoBounds.upperBound)
        guard info != window else { return }
        window = info
        // > Select a uniform random time within the suggested window.
        let time = info.start + Int64(jitter * Double(info.end - info.start))
        dueAt = min(time, latestRenewal ?? time)
    }

    /// A CA that is wrong about its certificate must not let it expire.
    private var latestRenewal: Int64? { validity.map { $0.notAfter - $0.lifetime / 10 } }

    /// The CA has not said when: what is planned holds, and it is asked again later.
    package mutating func notAdvised(now: Int64) {
        asksAt = now + Self.renewalInfoInterval
    }

    /// The certificate is to be replaced whatever is left of its lifetime.
    package mutating func replaceAtOnce() {
        dueAt = 0
    }
}
