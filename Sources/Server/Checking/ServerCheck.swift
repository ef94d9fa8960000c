// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import OpenSSLCrypto
import OpenSSLTLS
import STUNCodec
import TURNRelay

/// Finds out what `serve` would do, and what would keep it or its clients from that. Opens and closes the ports that it
/// would listen on; changes nothing.
struct ServerCheck {
    let source: ConfigurationSource
    /// Seconds since 1970.
    let now: Int64

    /// All findings, in the order that a person wants to read them in.
    func run() async -> [Finding] {
        do throws(StartupError) {
            let problems = try source.document()?.problems ?? []
            guard problems.isEmpty else { return problems.map(Finding.init(configuration:)) }
            let (configuration, _) = try source.read()
            return findings(aboutSources: configuration) + (await findings(about: configuration))
        } catch {
            return [Finding(configuration: error)]
        }
    }

    private func findings(aboutSources configuration: ServerConfiguration) -> [Finding] {
        let place = source.path.map { "'\($0)'" } ?? "no file: flags, environment and defaults"
        let unknown = source.unknownVariables.map { variable in
            Finding(
                level: .warn,
                subject: "configuration",
                text: "unknown environment variable \(variable.name)\(variable.suggestion)"
            )
        }
        return [Finding(level: .ok, subject: "configuration", text: place)] + unknown
    }

    private func findings(about configuration: ServerConfiguration) async -> [Finding] {
        let certificates = CertificateCheck(configuration, now: now)
        var findings = certificates.findings
        do throws(StartupError) {
            let names = try configuration.hostNames(
                certificateNames: certificates.identities.flatMap(\.summary.dnsNames)
            )
            findings += certificates.findings(for: names)
            findings += NameCheck(names: names, relay: configuration.relay).findings(configuration)
            findings += Plan(configuration, names).findings
            findings += realmFindings(configuration, names)
        } catch {
            findings.append(Finding(level: .error, subject: "names", text: error.description))
        }
        findings += await PortCheck(configuration).findings()
        findings += FileCheck(source, configuration).findings
        findings.append(ClockCheck(now: now, identities: certificates.identities).finding)
        return findings
    }

    /// Reads users and keys as the server would.
    private func realmFindings(_ configuration: ServerConfiguration, _ names: HostNames) -> [Finding] {
        do {
            let logger = Logger(label: "check", factory: { _ in SwiftLogNoOpLogHandler() })
            let realms = try ServedRealms(configuration, turnHost: names.turn, logger: logger)
            return realms.summaries.map { Finding(level: .ok, subject: "realm", text: $0) }
        } catch {
            return [Finding(level: .error, subject: "realm", text: "\(error)")]
        }
    }
}

extension Finding {
    fileprivate init(configuration error: StartupError) {
        self.init(level: .error, subject: "configuration", text: error.description)
    }
}
