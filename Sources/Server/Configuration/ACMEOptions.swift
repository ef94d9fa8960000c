// SPDX-License-Identifier: Apache-2.0

import Foundation
import OpenSSLCrypto

/// What `serve` was told about getting its certificate by itself.
struct ACMEOptions: Sendable, Equatable {
    /// What a CA gave out for its own customers to register with (RFC 8555, section 7.3.4).
    struct ExternalAccount: Sendable, Equatable {
        let identifier: String
        let key: [UInt8]
    }

    static let letsEncrypt = "https://acme-v02.api.letsencrypt.org/directory"

    /// In lower case.
    let domain: String
    let turnDomain: String?
    let email: String?
    /// The first one is asked first.
    let directories: [String]
    /// By directory.
    let accounts: [String: ExternalAccount]
    let stateDirectory: String
    let caFile: String?

    /// What the certificate is for.
    var domains: [String] {
        [domain] + (turnDomain.map { $0 == domain ? [] : [$0] } ?? [])
    }
}

extension ACMEOptions {
    private static let others: [ConfigurationKey] = [
        .turnDomain, .acmeEmail, .acmeDirectory, .acmeFallbackDirectory, .acmeEabFile, .acmeState, .acmeCaFile,
    ]
    /// What says the same in another way, or the contrary.
    private static let rivals: [ConfigurationKey] = [.certificate, .privateKey]

    /// - Returns: nil when certificates are given by hand, or there are none.
    static func read(_ loader: ConfigurationLoader) throws(StartupError) -> ACMEOptions? {
        guard let domain = try domain(loader, .domain) else {
            if let other = others.first(where: { loader.text($0) != nil }) {
                throw .configuration("\(other.rawValue) is of no use without domain")
            }
            return nil
        }
        if let rival = rivals.first(where: { !loader.list($0).isEmpty }) {
            throw .configuration("domain gets a certificate by itself, and \(rival.rawValue) gives one: leave one out")
        }
        guard try !loader.flag(.dev) else {
            throw .configuration("domain is for a server that others reach, and dev for this machine: leave one out")
        }
        let turnDomain = try Self.domain(loader, .turnDomain)
        try check(loader, .callHost, against: domain, .domain)
        try check(loader, .turnHost, against: turnDomain ?? domain, .turnDomain)
        let directories = try directories(loader)
        return ACMEOptions(
            domain: domain,
            turnDomain: turnDomain,
            email: try email(loader),
            directories: directories,
            accounts: try accounts(loader, directories),
            stateDirectory: loader.text(.acmeState) ?? "/var/lib/swiftturn/acme",
            caFile: loader.text(.acmeCaFile)
        )
    }

    /// A host by another name than the certificate's is trusted by nobody.
    private static func check(
        _ loader: ConfigurationLoader,
        _ key: ConfigurationKey,
        against name: String,
        _ source: ConfigurationKey
    ) throws(StartupError) {
        guard let host = loader.text(key), host.lowercased() != name else { return }
        throw .configuration(
            "\(key.rawValue) '\(host)' is not in the certificate, which is for '\(name)': give \(source.rawValue) alone"
        )
    }

    // MARK: Single options

    /// RFC 8738 has addresses too, but CAs want names with a dot; and no wildcards for TLS-ALPN-01.
    private static func domain(
        _ loader: ConfigurationLoader,
        _ key: ConfigurationKey
    ) throws(StartupError) -> String? {
        guard let name = loader.text(key)?.lowercased() else { return nil }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        let isName = labels.count > 1 && labels.allSatisfy { 1...63 ~= $0.utf8.count } && name.utf8.count <= 253
        guard name.isHostName, isName, labels.last?.allSatisfy(\.isNumber) == false else {
            throw .configuration("\(key.rawValue) '\(name)' is not a name that a CA gives certificates for")
        }
        return name
    }

    private static func email(_ loader: ConfigurationLoader) throws(StartupError) -> String? {
        guard let text = loader.text(.acmeEmail) else { return nil }
        let isAddress =
            text.utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "?") }
            && text.split(separator: "@", omittingEmptySubsequences: false).count == 2
            && !text.hasPrefix("@") && !text.hasSuffix("@")
        guard isAddress else { throw .configuration("acme-email '\(text)' is not an address") }
        return text
    }

    private static func directories(_ loader: ConfigurationLoader) throws(StartupError) -> [String] {
        var directories = [letsEncrypt]
        if let url = loader.text(.acmeDirectory) { directories = [try check(url, .acmeDirectory)] }
        guard let url = loader.text(.acmeFallbackDirectory) else { return directories }
        guard url != directories[0] else {
            throw .configuration("acme-fallback-directory is the first directory once more: give another CA's")
        }
        return directories + [try check(url, .acmeFallbackDirectory)]
    }

    /// RFC 8555, section 6.1: HTTPS only.
    private static func check(_ url: String, _ key: ConfigurationKey) throws(StartupError) -> String {
        let parts = URLComponents(string: url)
        guard parts?.scheme == "https", parts?.host?.isEmpty == false, parts?.user == nil else {
            throw .configuration("\(key.rawValue) '\(url)' is not an https URL")
        }
        return url
    }

    // MARK: Accounts

    /// Lines `KID KEY [DIRECTORY]`; keys are never repeated in errors.
    private static func accounts(
        _ loader: ConfigurationLoader,
        _ directories: [String]
    ) throws(StartupError) -> [String: ExternalAccount] {
        guard let path = loader.text(.acmeEabFile) else { return [:] }
        var accounts: [String: ExternalAccount] = [:]
        for (number, line) in TextFile.lines(of: try TextFile.read(secret: path, .acmeEabFile)) {
            let words = line.split(whereSeparator: \.isWhitespace)
            let place = "line \(number) of acme-eab-file '\(path)'"
            guard 2...3 ~= words.count, let key = Base64URL.decode(Array(words[1].utf8.filter { $0 != 0x3D })[...]),
                !key.isEmpty
            else { throw .configuration("\(place) is not KID KEY [DIRECTORY], with KEY in base64url") }
            let directory = words.count == 3 ? String(words[2]) : directories[0]
            guard directories.contains(directory) else {
                throw .configuration("\(place) is for a directory that is neither acme-directory nor its fallback")
            }
            accounts[directory] = ExternalAccount(identifier: String(words[0]), key: key)
        }
        guard !accounts.isEmpty else { throw .configuration("acme-eab-file '\(path)' has no account in it") }
        return accounts
    }
}
