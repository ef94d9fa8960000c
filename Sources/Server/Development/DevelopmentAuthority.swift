// SPDX-License-Identifier: Apache-2.0

import Foundation
import OpenSSLCrypto

/// The local certificate authority of `--dev` and a leaf for `localhost`, made at the first start and kept.
struct DevelopmentAuthority {
    static let hostName = "localhost"
    private static let leafDays = 90

    let directory: URL

    /// `$XDG_DATA_HOME/swiftturn/dev`, which is `~/.local/share/swiftturn/dev` where that is not set.
    init(environment: [String: String]) {
        let data =
            environment["XDG_DATA_HOME"].map { URL(fileURLWithPath: $0) }
            ?? FileManager.default.homeDirectoryForCurrentUser.appending(path: ".local/share")
        directory = data.appending(path: "swiftturn/dev")
    }

    var certificateFile: URL { directory.appending(path: "ca.pem") }
    private var keyFile: URL { directory.appending(path: "ca.key") }

    /// - Returns: the files of the leaf, which is good for a while.
    func leaf() throws(StartupError) -> ServerConfiguration.IdentityFiles {
        let files = ServerConfiguration.IdentityFiles(
            certificate: directory.appending(path: "localhost.pem").path,
            privateKey: directory.appending(path: "localhost.key").path
        )
        do {
            try FileManager.default.createDirectory(
                at: directory,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            let authority = try authority()
            if try !isFresh(files.certificate, authority) {
                let leaf = try authority.issue(
                    dnsNames: [Self.hostName],
                    ipAddresses: ["127.0.0.1", "::1"],
                    validForDays: Self.leafDays
                )
                try write(leaf.privateKeyPEM, to: URL(fileURLWithPath: files.privateKey), mode: 0o600)
                try write(leaf.certificateChainPEM, to: URL(fileURLWithPath: files.certificate), mode: 0o644)
            }
        } catch {
            throw .noInput("the certificates of --dev in \(directory.path) cannot be made: \(error)")
        }
        return files
    }

    private func authority() throws -> CertificateAuthority {
        if let certificate = TextFile.read(certificateFile.path),
            let key = TextFile.read(keyFile.path)
        {
            return try CertificateAuthority(certificatePEM: certificate, privateKeyPEM: key)
        }
        let authority = try CertificateAuthority.make(commonName: "swiftturn development CA")
        try write(authority.privateKeyPEM, to: keyFile, mode: 0o600)
        try write(authority.certificatePEM, to: certificateFile, mode: 0o644)
        return authority
    }

    private func isFresh(_ path: String, _ authority: CertificateAuthority) throws -> Bool {
        guard let text = TextFile.read(path),
            let leaf = try? CertificateSummary(pem: text)
        else { return false }
        let issuer = try CertificateSummary(pem: authority.certificatePEM).subject
        let inAWeek = Int64(Date().timeIntervalSince1970) + 7 * 86_400
        return leaf.issuer == issuer && leaf.notAfter > inAWeek
    }

    /// A key is never readable by others, not even while it is written.
    private func write(_ text: String, to file: URL, mode: Int) throws {
        try? FileManager.default.removeItem(at: file)
        let isMade = FileManager.default.createFile(
            atPath: file.path,
            contents: Data(text.utf8),
            attributes: [.posixPermissions: mode]
        )
        guard isMade else { throw CocoaError(.fileWriteUnknown) }
    }

    /// How a person makes browsers trust the authority; several lines.
    var instructions: String {
        """
        The page and TURN use a certificate of a local authority made for this machine:
          \(certificateFile.path)
        Make your browser trust it once, then restart the browser:
          Chromium, Chrome:  certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n swiftturn-dev -i \(certificateFile.path)
          Firefox:           Settings > Privacy & Security > View Certificates > Authorities > Import
        Clicking through the page's warning is not enough: a call needs the TURN connection to be trusted too.
        """
    }
}
