// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import STUNCodec

/// Everything that `serve` was told, checked.
struct ServerConfiguration: Sendable {
    /// The files of an identity; `nil` stands for the local authority of `--dev`.
    struct IdentityFiles: Equatable, Sendable {
        let certificate: String
        let privateKey: String
    }

    enum ICETransportPolicy: String, Sendable {
        case relay
        case all
    }

    var isDevelopment = false
    /// Empty stands for port 443 of all addresses.
    var listen: [ListenAddress] = []
    var callHost: String?
    var turnHost: String?
    var identityFiles: [IdentityFiles] = []
    var realm: String?
    /// Never empty: the first one issues.
    var authSecrets: [String] = []
    var users: [(name: String, password: String)] = []
    var userDatabase: String?
    var relayAddress: IPAddress?
    var iceTransportPolicy = ICETransportPolicy.relay
    var webRoot: String?
    var eventLoops = ProcessInfo.processInfo.activeProcessorCount
    var logLevel = Logger.Level.info
    var allowedOrigins: [String] = []
    var roomSize = 10
    /// Seconds.
    var credentialLifetime = 3600
    var servesPlainTURN = false
}

extension ServerConfiguration {
    /// - Parameter randomSecret: for servers whose only issuer is their own signaling.
    init(_ loader: ConfigurationLoader, randomSecret: () -> String) throws(StartupError) {
        isDevelopment = try loader.flag(.dev)
        for text in loader.list(.listen) { listen.append(try ListenAddress(text)) }
        if listen.isEmpty, isDevelopment {
            listen = [ListenAddress(address: IPAddress(ipv4: 0x7F00_0001), port: 8443)]
        }
        callHost = try Self.hostName(loader, .callHost)
        turnHost = try Self.hostName(loader, .turnHost)
        realm = loader.text(.realm)
        identityFiles = try Self.identityFiles(loader)
        guard isDevelopment || !identityFiles.isEmpty else {
            throw .configuration("--certificate and --private-key are required (or --dev, to try it on this machine)")
        }
        authSecrets = try Self.lines(loader, .authSecret, .authSecretFile)
        if authSecrets.isEmpty { authSecrets = [randomSecret()] }
        users = try Self.users(loader)
        userDatabase = loader.text(.userDatabase)
        try readRelay(loader)
        try readLimits(loader)
        webRoot = loader.text(.webRoot)
        allowedOrigins = loader.list(.allowedOrigin)
        servesPlainTURN = try loader.flag(.plainTurn)
    }

    private mutating func readRelay(_ loader: ConfigurationLoader) throws(StartupError) {
        switch loader.text(.relay) {
        case nil, "closed": break
        case "open": throw .configuration("relay 'open' is not available in this version; 'closed' is")
        case let other?: throw .configuration("relay '\(other)' is neither 'closed' nor 'open'")
        }
        if let text = loader.text(.relayAddress) {
            guard let address = IPAddress(text), address.family == .ipv4 else {
                throw .configuration("relay-address '\(text)' is not an IPv4 address")
            }
            relayAddress = address
        }
        if let text = loader.text(.iceTransportPolicy) {
            guard let policy = ICETransportPolicy(rawValue: text) else {
                throw .configuration("ice-transport-policy '\(text)' is neither 'relay' nor 'all'")
            }
            iceTransportPolicy = policy
        }
    }

    private mutating func readLimits(_ loader: ConfigurationLoader) throws(StartupError) {
        eventLoops = try loader.number(.eventLoops, in: 1...256) ?? eventLoops
        roomSize = try loader.number(.maxParticipantsPerRoom, in: 2...100) ?? roomSize
        credentialLifetime = try loader.number(.credentialLifetime, in: 60...604_800) ?? credentialLifetime
        if let text = loader.text(.logLevel) {
            guard let level = Logger.Level(rawValue: text) else {
                throw .configuration(
                    "log-level '\(text)' is not trace, debug, info, notice, warning, error or critical"
                )
            }
            logLevel = level
        }
    }

    // MARK: Single options

    /// A name as it may stand in a URL.
    private static func hostName(_ loader: ConfigurationLoader, _ key: ConfigurationKey) throws(StartupError) -> String?
    {
        guard let name = loader.text(key) else { return nil }
        let isName =
            !name.isEmpty
            && name.utf8.allSatisfy { byte in
                let character = Character(Unicode.Scalar(byte))
                return byte < 0x80 && (character.isLetter || character.isNumber || character == "-" || character == ".")
            }
        guard isName else { throw .configuration("\(key.rawValue) '\(name)' is not a host name") }
        return name
    }

    private static func identityFiles(_ loader: ConfigurationLoader) throws(StartupError) -> [IdentityFiles] {
        let (certificates, keys) = (loader.list(.certificate), loader.list(.privateKey))
        guard certificates.count == keys.count else {
            throw .configuration(
                "\(certificates.count) --certificate and \(keys.count) --private-key: they go in pairs"
            )
        }
        return zip(certificates, keys).map(IdentityFiles.init)
    }

    private static func users(_ loader: ConfigurationLoader) throws(StartupError) -> [(name: String, password: String)]
    {
        var users: [(name: String, password: String)] = []
        for (index, text) in try lines(loader, .user, .userFile).enumerated() {
            guard let colon = text.firstIndex(of: ":"), colon != text.startIndex else {
                // The text may be a password: it is not repeated.
                throw .configuration("user \(index + 1) is not NAME:PASSWORD")
            }
            users.append((String(text[..<colon]), String(text[text.index(after: colon)...])))
        }
        return users
    }

    /// Values given directly, then the lines of a file: empty ones and those that begin with `#` do not count.
    private static func lines(
        _ loader: ConfigurationLoader,
        _ key: ConfigurationKey,
        _ fileKey: ConfigurationKey
    ) throws(StartupError) -> [String] {
        let direct = loader.list(key)
        guard direct.allSatisfy({ !$0.isEmpty }) else { throw .configuration("\(key.rawValue) is empty") }
        guard let path = loader.text(fileKey) else { return direct }
        guard let text = TextFile.read(path) else {
            throw .noInput("\(fileKey.rawValue) '\(path)' cannot be read")
        }
        let lines = text.split(whereSeparator: \.isNewline).map(String.init)
        return direct + lines.filter { !$0.hasPrefix("#") && !$0.allSatisfy(\.isWhitespace) }
    }
}
