// SPDX-License-Identifier: Apache-2.0

import ACME
import DatagramIO
import Foundation
import OpenSSLCrypto

/// What is kept between starts: an account for each CA, and a certificate for each set of names. Each is one file, which
/// begins with a line about it and goes on in PEM, so that what belongs together is replaced together.
struct StateDirectory: Sendable {
    struct Account: Sendable {
        let key: ES256Key
        /// Where the CA has it; nil until it is registered.
        var url: String?
    }

    struct Certificate: Sendable, Equatable {
        /// The URL of the directory of the CA.
        let issuer: String
        let privateKeyPEM: String
        let chainPEM: String
    }

    let path: String

    private static let accountTitle = "Account: "
    private static let certificateTitle = "Issued by: "
    /// In bytes: what is written for a certificate is less.
    private static let reserve = 32 * 1024

    /// Makes it where it is missing.
    init(_ path: String) throws(StartupError) {
        self.path = path
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw .noInput("acme-state '\(path)' cannot be made: \((error as NSError).localizedDescription)")
        }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw .noInput("acme-state '\(path)' is not a directory")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw .configuration("acme-state '\(path)' is open to others than its owner: chmod 700 it")
        }
    }

    // MARK: Reading

    /// Nil when there is none; an error when there is one that is no good, which then stays as it is.
    func account(of directory: String) throws(StartupError) -> Account? {
        let file = accountFile(directory)
        guard let (title, text) = try read(file, Self.accountTitle) else { return nil }
        do {
            return Account(key: try ES256Key(pem: text), url: title.isEmpty ? nil : title)
        } catch {
            throw .damaged(file, "\(error)", replacement: "a new account is made")
        }
    }

    func certificate(for names: [String]) throws(StartupError) -> Certificate? {
        let file = certificateFile(names)
        guard let (title, text) = try read(file, Self.certificateTitle) else { return nil }
        do {
            let key = try ES256Key(pem: text)
            let leaf = try CertificateSummary(pem: text)
            guard Set(leaf.dnsNames.map { $0.lowercased() }).isSuperset(of: names) else {
                throw OpenSSLError(
                    operation: "read a certificate",
                    reason: "it is not for \(names.joined(separator: ", "))"
                )
            }
            let chain = text.range(of: "-----BEGIN CERTIFICATE-----").map { String(text[$0.lowerBound...]) } ?? ""
            return Certificate(issuer: title, privateKeyPEM: key.pem, chainPEM: chain)
        } catch {
            throw .damaged(file, "\(error)", replacement: "a new certificate is obtained")
        }
    }

    /// The rest of the first line, and the lines after it.
    private func read(_ file: String, _ title: String) throws(StartupError) -> (String, String)? {
        guard access(file, F_OK) == 0 || errno != ENOENT else { return nil }
        let text = try TextFile.read(secret: file, .acmeState)
        guard text.hasPrefix(title), let end = text.firstIndex(of: "\n") else {
            throw .damaged(file, "it does not begin with '\(title)'", replacement: "a new one is made")
        }
        return (String(text[..<end].dropFirst(title.count)), String(text[end...].dropFirst()))
    }

    // MARK: Writing

    func save(_ account: Account, of directory: String) throws(ACMEFailure) {
        try write("\(Self.accountTitle)\(account.url ?? "")\n\(account.key.pem)", to: accountFile(directory))
    }

    func save(_ certificate: Certificate, for names: [String]) throws(ACMEFailure) {
        try write(
            "\(Self.certificateTitle)\(certificate.issuer)\n\(certificate.privateKeyPEM)\(certificate.chainPEM)",
            to: certificateFile(names)
        )
    }

    /// Finds out whether a certificate could be kept, before a CA is asked for one: they give out few in a week.
    func checkRoom() throws(ACMEFailure) {
        let file = "\(path)/.room"
        try write(String(repeating: "\n", count: Self.reserve), to: file)
        unlink(file)
    }

    private func write(_ text: String, to file: String) throws(ACMEFailure) {
        do throws(SystemCallError) {
            try AtomicFile.write(text, to: file)
        } catch {
            throw .local("acme-state '\(path)' cannot be written: \(error)")
        }
    }

    // MARK: Names

    private func accountFile(_ directory: String) -> String {
        let url = URLComponents(string: directory)
        return "\(path)/account-\(url?.host ?? "")-\(Self.hash(directory)).pem"
    }

    private func certificateFile(_ names: [String]) -> String {
        let name = names.joined(separator: "+")
        // NAME_MAX is 255 bytes, and a name may have 253.
        return "\(path)/\(name.utf8.count <= 200 ? name : "\(name.prefix(100))-\(Self.hash(name))").pem"
    }

    private static func hash(_ text: String) -> String {
        let hash = (try? digest(.sha256, Array(text.utf8))) ?? []
        return hash.prefix(6).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension StartupError {
    fileprivate static func damaged(_ file: String, _ reason: String, replacement: String) -> StartupError {
        .badData("acme-state '\(file)' is damaged: \(reason). It is left as it is; move it away, and \(replacement)")
    }
}
