// SPDX-License-Identifier: Apache-2.0

import ACME
import Foundation
import Logging
import OpenSSLCrypto
import OpenSSLTLS
import Synchronization

/// Sees to it that the server has a certificate: obtains it, keeps it, puts it in place, and renews it.
actor CertificateAgent {
    let options: ACMEOptions
    let state: StateDirectory
    let client: HTTPSClient
    let identities: TLSIdentityStore
    let counters: RenewalCounters
    let logger: Logger

    var plan: RenewalPlan
    /// By the URLs of directories.
    var accounts: [String: StateDirectory.Account] = [:]
    var current: StateDirectory.Certificate?
    /// Whether the disk lacks the current certificate.
    private var isUnsaved = false
    private var hasWarnedOfClock = false
    private nonisolated let isHurried = Atomic(false)

    /// Of clocks, in seconds.
    private static let tolerance: Int64 = 300

    /// Reads what is kept. A file that is damaged is an error, and stays as it is.
    init(
        _ options: ACMEOptions,
        client: HTTPSClient,
        identities: TLSIdentityStore,
        counters: RenewalCounters,
        logger: Logger
    ) throws(StartupError) {
        self.options = options
        self.client = client
        self.identities = identities
        self.counters = counters
        self.logger = logger
        plan = RenewalPlan(authorities: options.directories.count)
        state = try StateDirectory(options.stateDirectory)
        for directory in options.directories { accounts[directory] = try state.account(of: directory) }
        current = try state.certificate(for: options.domains)
        guard let current else { return }
        do throws(TLSIdentityError) {
            let identity = try current.identity()
            identities.replace(with: [identity])
            plan.found(RenewalPlan.Validity(identity.summary), jitter: Self.jitter())
        } catch {
            throw .badData("the certificate in acme-state cannot be used: \(error)")
        }
        // Who now names another CA wants a certificate of that.
        if !options.directories.contains(current.issuer) { plan.replaceAtOnce() }
    }

    // MARK: Life

    /// Goes on until the task is cancelled.
    func run() async {
        announce()
        while !Task.isCancelled {
            if isHurried.exchange(false, ordering: .relaxed) { plan.hurry() }
            switch plan.next(now: Self.now()) {
            case .obtain(let authority): await obtain(from: authority)
            case .askRenewalInfo: await askRenewalInfo()
            case .wait:
                saveAgain()
                // Wall clocks jump, and machines sleep: what is due is looked up again, not waited for at one go.
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// Tries again soon what has failed.
    nonisolated func hurry() {
        isHurried.store(true, ordering: .relaxed)
    }

    static func now() -> Int64 {
        Int64(Date().timeIntervalSince1970)
    }

    static func jitter() -> Double {
        Double.random(in: 0..<1)
    }

    private func announce() {
        let names = "\(options.domains.joined(separator: ", "))"
        guard let current, let summary = identities.identities.first?.summary else {
            let wanted: Logger.Metadata = ["names": "\(names)", "from": "\(options.directories[0])"]
            return logger.notice("waiting for a certificate: until it is there, TLS fails", metadata: wanted)
        }
        let expiry = Self.text(ofTime: summary.notAfter)
        logger.notice(
            "certificate",
            metadata: ["names": "\(names)", "from": "\(current.issuer)", "expires": "\(expiry)"]
        )
    }

    static func text(ofTime seconds: Int64) -> String {
        Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
    }

    // MARK: Certificates

    private func obtain(from authority: Int) async {
        let directory = options.directories[authority]
        do throws(ACMEFailure) {
            try install(try await issue(from: directory))
            counters.count(.success)
        } catch {
            // Stopping is no failure.
            guard !Task.isCancelled else { return }
            counters.count(.failure)
            plan.failed(authority: authority, error, now: Self.now(), jitter: Self.jitter())
            report(error, directory)
        }
    }

    /// New connections get it from now on; those that there are keep what they have.
    private func install(_ certificate: StateDirectory.Certificate) throws(ACMEFailure) {
        let identity: TLSIdentity
        do throws(TLSIdentityError) {
            identity = try certificate.identity()
        } catch {
            throw .unusable("\(error)")
        }
        identities.replace(with: [identity])
        let event = current == nil ? "certificate obtained" : "certificate renewed"
        current = certificate
        plan.obtained(RenewalPlan.Validity(identity.summary), now: Self.now(), jitter: Self.jitter())
        save(certificate)
        logger.notice(
            "\(event)",
            metadata: [
                "names": "\(options.domains.joined(separator: ", "))", "from": "\(certificate.issuer)",
                "expires": "\(Self.text(ofTime: identity.summary.notAfter))",
            ]
        )
    }

    private func report(_ failure: ACMEFailure, _ directory: String) {
        var metadata: Logger.Metadata = ["from": "\(directory)", "reason": "\(failure)"]
        if let advice = failure.advice { metadata["advice"] = "\(advice)" }
        if case .wait(let time) = plan.next(now: Self.now()) { metadata["again"] = "\(Self.text(ofTime: time))" }
        logger.error("\(current == nil ? "certificate not obtained" : "certificate not renewed")", metadata: metadata)
    }

    // MARK: Disk

    /// A certificate that cannot be kept is served all the same.
    private func save(_ certificate: StateDirectory.Certificate) {
        do throws(ACMEFailure) {
            try state.save(certificate, for: options.domains)
            if isUnsaved { logger.notice("certificate kept") }
            isUnsaved = false
        } catch {
            if !isUnsaved { logger.error("certificate not kept", metadata: ["reason": "\(error)"]) }
            isUnsaved = true
        }
    }

    private func saveAgain() {
        if isUnsaved, let current { save(current) }
    }

    // MARK: Clock

    /// A clock that is wrong makes certificates look expired, or not valid yet, here and nowhere else.
    func compareClock(with response: ACMEResponse) {
        guard let date = response.date else { return }
        let difference = Self.now() - date
        let isWrong = abs(difference) > Self.tolerance
        defer { hasWarnedOfClock = isWrong }
        guard isWrong, !hasWarnedOfClock else { return }
        logger.warning(
            "this machine's clock is \(difference > 0 ? "ahead of" : "behind") the CA's: set it",
            metadata: ["seconds": "\(abs(difference))"]
        )
    }
}

extension RenewalPlan.Validity {
    init(_ certificate: CertificateSummary) {
        self.init(notBefore: certificate.notBefore, notAfter: certificate.notAfter)
    }
}

extension StateDirectory.Certificate {
    func identity() throws(TLSIdentityError) -> TLSIdentity {
        try TLSIdentity(certificatePEM: chainPEM, privateKeyPEM: privateKeyPEM)
    }
}
