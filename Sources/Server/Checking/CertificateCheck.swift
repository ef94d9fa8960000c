// SPDX-License-Identifier: Apache-2.0

import Foundation
import OpenSSLCrypto
import OpenSSLTLS

/// Whether keys belong to certificates, and clients will trust these.
struct CertificateCheck {
    /// Renewals begin long before; who has only these days left has no renewal that works.
    private static let daysLeft: Int64 = 14

    let identities: [TLSIdentity]
    let findings: [Finding]

    init(_ configuration: ServerConfiguration, now: Int64) {
        var (identities, findings): ([TLSIdentity], [Finding]) = ([], [])
        if configuration.isDevelopment, configuration.identityFiles.isEmpty {
            findings.append(Self.finding(.ok, "localhost, of a local authority"))
        }
        for files in configuration.identityFiles {
            do throws(StartupError) {
                let loaded = try Identities(files: [files], origins: configuration.origins).load()
                identities += loaded
                for identity in loaded { findings.append(Self.validity(files.certificate, identity.summary, now)) }
            } catch {
                findings.append(Self.finding(.error, error.description))
            }
        }
        self.identities = identities
        self.findings = findings
    }

    /// Whether clients that connect with the server's names will trust what they get.
    func findings(for names: HostNames) -> [Finding] {
        guard !identities.isEmpty else { return [] }
        let distinct = names.call == names.turn ? [names.call] : [names.call, names.turn]
        return distinct.map { name in
            if let identity = identities.first(where: { $0.summary.isFor(name) }) { return Self.trust(identity, name) }
            let names = identities.flatMap { $0.summary.dnsNames + $0.summary.ipAddresses }.joined(separator: ", ")
            return Self.finding(.error, "\(name): no certificate has this name (names: \(names))")
        }
    }

    static func validity(_ file: String, _ summary: CertificateSummary, _ now: Int64) -> Finding {
        let names = (summary.dnsNames + summary.ipAddresses).joined(separator: ", ")
        let text = "'\(file)': \(names.isEmpty ? "no names" : names), until \(day(summary.notAfter))"
        let days = (summary.notAfter - now) / 86_400
        if now < summary.notBefore { return finding(.error, "\(text): not valid before \(day(summary.notBefore))") }
        if now >= summary.notAfter { return finding(.error, "\(text): expired") }
        if days < daysLeft { return finding(.warn, "\(text): only \(days) days left") }
        return finding(.ok, "\(text), \(days) days left")
    }

    private static func trust(_ identity: TLSIdentity, _ name: String) -> Finding {
        do {
            guard let problem = try identity.problem(forServerName: name) else {
                return finding(.ok, "\(name): the chain is complete and this system trusts it")
            }
            // Whom another system trusts, this one cannot know; names and dates are the same everywhere.
            guard problem.hasSuffix("not trusted") else { return finding(.error, "\(name): \(problem)") }
            let advice = identity.intermediateCount == 0 ? ": the file has no intermediate certificate behind it" : ""
            return finding(.warn, "\(name): \(problem)\(advice)")
        } catch {
            return finding(.warn, "\(name): \(error)")
        }
    }

    private static func finding(_ level: Finding.Level, _ text: String) -> Finding {
        Finding(level: level, subject: "certificate", text: text)
    }

    private static func day(_ seconds: Int64) -> String {
        Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601.year().month().day())
    }
}

extension CertificateSummary {
    /// Whether a client takes the certificate for a name, or an IP address.
    fileprivate func isFor(_ name: String) -> Bool {
        let name = name.lowercased()
        // RFC 6125, section 6.4.3: a wildcard stands for exactly one label.
        let wildcard = name.firstIndex(of: ".").map { "*\(name[$0...])" }
        return ipAddresses.contains(name) || dnsNames.contains { [name, wildcard].contains($0.lowercased()) }
    }
}
