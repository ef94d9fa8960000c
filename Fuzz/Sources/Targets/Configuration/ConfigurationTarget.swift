// SPDX-License-Identifier: Apache-2.0

import Foundation
import OpenSSLCrypto
import STUNCodec
import TURNCredentials
import TURNRelay

@testable import OpenSSLTLS
@testable import Server

/// The input is a kind of file or text that operators give, and what is in it.
enum ConfigurationTarget {
    static func run(_ input: [UInt8]) {
        guard let kind = input.first else { return }
        let bytes = Array(input.dropFirst())
        let text = String(decoding: bytes, as: UTF8.self)
        switch kind % 8 {
        case 0: ConfigurationFile.check(bytes)
        case 1: ConfigurationFile.check(environment: text)
        case 2: checkCoturn(text)
        case 3: checkUser(text)
        case 4: checkCapture(bytes)
        case 5: checkPEM(text)
        case 6: checkAddresses(text)
        default: checkToken(bytes)
        }
    }

    /// Whatever is in a turnserver.conf, the translation is a file that can be read.
    private static func checkCoturn(_ text: String) {
        for place in [CoturnTranslation.SecretsPlace.none(source: "turnserver.conf"), .directory(SecretsDirectory())] {
            var translation = CoturnTranslation(text)
            // A name that no client can send is refused.
            guard (try? translation.translateCredentials(to: place)) != nil else { continue }
            ConfigurationFile.checkIsReadable(translation.yaml.text)
            let lines = translation.options.map(\.line)
            require(lines == lines.sorted() && translation.remarks.allSatisfy { !$0.text.isEmpty }, "stray remarks")
        }
    }

    private static func checkUser(_ text: String) {
        for line in CoturnConfigurationFile.lines(of: text) {
            guard let user = CoturnUserText.user(line.text, realm: "fuzz.test") else { continue }
            require(!user.name.isEmpty && !user.name.contains(":"), "a user without a name")
            if case .md5Key(let key) = user.secret { require(key.count == 16, "a key of \(key.count) bytes") }
            if let stored = try? user.stored(now: 0) {
                require(!stored.name.unicodeScalars.contains { $0.value < 0x20 }, "a name that breaks lines")
            }
        }
    }

    /// What `probe decode` reads.
    private static func checkCapture(_ bytes: [UInt8]) {
        guard let frames = FrameSource.frames(of: bytes) else { return }
        let described = frames.map { FrameDescription($0, integrity: nil) }
        let text = DecodeText(style: TerminalText(isColored: false)).text(described)
        require(frames.isEmpty == text.isEmpty, "frames that nothing is said of")
        require((try? JSONEncoder().encode(described)) != nil, "frames that are no JSON")
    }

    private static func checkPEM(_ text: String) {
        let source = PEMSource(text: text, name: "fuzz.pem")
        _ = try? source.readChain()
        _ = try? source.readKey()
        if var reader = try? CertificateReader(pem: text), let certificate = try? reader.next() {
            _ = try? certificate.pem()
        }
    }

    private static func checkAddresses(_ text: String) {
        if let address = IPAddress(text) {
            require(IPAddress(address.description) == address, "\(text) is not \(address)")
            // Every address is in some rule or none.
            _ = PeerRules().allows(address)
        }
        if let address = TransportAddress(text[...]) {
            require(TransportAddress(address.description[...]) == address, "\(text) is not \(address)")
        }
        if let network = try? IPNetwork(text) {
            require((try? IPNetwork(network.description)) == network, "\(text) is not \(network)")
            require(network.contains(network.address), "\(network) without its own address")
        }
        if let address = try? ListenAddress(text) {
            require((try? ListenAddress(address.description))?.address == address.address, "\(text) is not \(address)")
        }
        if let address = try? RelayOptions.Address(text) {
            require((try? RelayOptions.Address(address.description)) == address, "\(text) is not \(address)")
        }
        checkRange(text)
    }

    /// `FIRST-LAST`, as coturn writes ranges of peers.
    private static func checkRange(_ text: String) {
        let ends = text.split(separator: "-").compactMap { IPAddress(String($0)) }
        guard ends.count == 2, let networks = IPNetwork.covering(ends[0], through: ends[1]) else { return }
        require(networks.first?.address == ends[0], "networks that begin elsewhere")
        require(networks.count <= 2 * 128 && ends.allSatisfy { end in networks.contains { $0.contains(end) } }, "a gap")
    }

    /// The plaintext of an access token, which an authorization server made.
    private static func checkToken(_ bytes: [UInt8]) {
        guard let grant = try? AccessGrant(decoding: bytes) else { return }
        let again = try? AccessGrant(decoding: grant.encoded)
        require(again?.encoded == grant.encoded, "a grant that is another one when it is read again")
        _ = grant.isValid(at: .max)
        _ = grant.isValid(at: .min)
    }
}
