// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// Why there is no certificate: what happened, and what a person can do.
package struct ACMEFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Cause: Sendable, Equatable {
        /// No connection, no TLS, or no answer.
        case unreachable(String)
        /// The CA answers something that the protocol does not have.
        case notACME(String)
        case refused(Problem)
        /// The CA tried to find out whether the name is this server's.
        case validation(name: String, Problem)
        /// The certificate is not what was asked for.
        case unusable(String)
        /// On this machine.
        case local(String)
    }

    package let cause: Cause
    /// Not before then, says the CA; in seconds since 1970.
    package let retryAt: Int64?

    init(_ cause: Cause, retryAt: Int64? = nil) {
        self.cause = cause
        self.retryAt = retryAt
    }

    /// What an answer with an error status says.
    init(refusal response: ACMEResponse, now: Int64) {
        let retryAt = response.retryAfter(now: now)
        if let problem = try? JSONDecoder().decode(Problem.self, from: Data(response.body)) {
            self.init(.refused(problem), retryAt: retryAt)
        } else if response.status == 429 {
            self.init(.refused(Problem(.rateLimited, "HTTP status 429")), retryAt: retryAt)
        } else {
            self.init(.notACME("HTTP status \(response.status)"), retryAt: retryAt)
        }
    }

    package static func unreachable(_ text: String) -> ACMEFailure { ACMEFailure(.unreachable(text)) }
    package static func unusable(_ text: String) -> ACMEFailure { ACMEFailure(.unusable(text)) }
    package static func local(_ text: String) -> ACMEFailure { ACMEFailure(.local(text)) }
    static func notACME(_ text: String) -> ACMEFailure { ACMEFailure(.notACME(text)) }

    var problem: Problem? {
        if case .refused(let problem) = cause { problem } else { nil }
    }

    /// Whether another CA may do better: none does when the name leads elsewhere, or this machine is the matter.
    var isOfOneAuthority: Bool {
        switch cause {
        case .validation(_, let problem): problem.kind == .caa || problem.kind == .serverInternal
        case .local: false
        case .unreachable, .notACME, .refused, .unusable: true
        }
    }

    // MARK: Words

    package var description: String {
        switch cause {
        case .unreachable(let text): "the CA cannot be reached: \(text)"
        case .notACME(let text): "the CA is not understood: \(text)"
        case .refused(let problem): "the CA refuses: \(problem.text)"
        case .validation(let name, let problem): "the CA could not validate \(name): \(problem.text)"
        case .unusable(let text): "the CA's certificate cannot be used: \(text)"
        case .local(let text): text
        }
    }

    /// One sentence; nil where there is nothing but to wait.
    package var advice: String? {
        switch cause {
        case .unreachable: "check this machine's DNS, outgoing connections to port 443, and clock"
        case .notACME: "check the URL of the directory"
        case .refused(let problem): Self.advice(on: problem)
        case .validation(let name, let problem): Self.advice(on: problem, of: name)
        case .unusable: "check this machine's clock"
        case .local: nil
        }
    }

    private static func advice(on problem: Problem) -> String? {
        switch problem.kind {
        case .externalAccountRequired: "get an account of this CA, and give its key by --acme-eab-file"
        case .unsupportedContact, .invalidContact: "check --acme-email"
        case .rejectedIdentifier, .unsupportedIdentifier: "check --domain and --turn-domain"
        case .caa: "let the CAA record of the name admit this CA"
        case .userActionRequired: "follow the CA's terms of service"
        default: nil
        }
    }

    private static func advice(on problem: Problem, of name: String) -> String {
        switch problem.kind {
        case .dns: "make a DNS record of \(name) that points to this server"
        case .caa: "let the CAA record of \(name) admit this CA"
        default:
            """
            let the Internet reach port 443 of \(name), let its DNS record point to this server, and let nothing in front of \
            it take TLS off
            """
        }
    }
}
