// SPDX-License-Identifier: Apache-2.0

import ACME
import Logging
import OpenSSLCrypto
import OpenSSLTLS

/// Conversations with CAs.
extension CertificateAgent {
    /// - Parameter directory: of the CA.
    func issue(from directory: String) async throws(ACMEFailure) -> StateDirectory.Certificate {
        try state.checkRoom()
        let account = try account(of: directory)
        let key: ES256Key
        do {
            key = try ES256Key()
        } catch {
            throw .local("\(error)")
        }
        var issuance = Issuance(
            wish(key, directory),
            directory: directory,
            accountKey: account.key,
            account: account.url
        )
        defer { identities.replaceChallenges(with: [:]) }
        var step = issuance.start()
        while true {
            switch step {
            case .send(let request):
                let response = try await client.send(request)
                compareClock(with: response)
                step = issuance.receive(response, now: Self.now())
                try keepAccount(of: issuance, directory)
            case .present(let answers):
                try present(answers)
                step = issuance.proceed()
            case .wait(let seconds):
                try await pause(seconds)
                step = issuance.proceed()
            case .issued(let chain):
                return StateDirectory.Certificate(issuer: directory, privateKeyPEM: key.pem, chainPEM: chain)
            case .failed(let failure):
                throw failure
            }
        }
    }

    private func wish(_ key: ES256Key, _ directory: String) -> Issuance.Wish {
        var wish = Issuance.Wish(names: options.domains, key: key)
        wish.email = options.email
        wish.externalAccount = options.accounts[directory].map {
            ExternalAccount(identifier: $0.identifier, key: $0.key)
        }
        if let current, current.issuer == directory {
            wish.replaces = (try? CertificateNumber(pem: current.chainPEM))?.renewalIdentifier
        }
        return wish
    }

    private func pause(_ seconds: Double) async throws(ACMEFailure) {
        do {
            try await Task.sleep(for: .seconds(seconds))
        } catch {
            throw .local("the server stops")
        }
    }

    private func present(_ answers: [ChallengeAnswer]) throws(ACMEFailure) {
        var challenges: [String: TLSIdentity] = [:]
        do {
            for answer in answers {
                let certificate = try ValidationCertificate(
                    dnsName: answer.name,
                    keyAuthorization: answer.keyAuthorization
                )
                challenges[answer.name] = try TLSIdentity(
                    certificatePEM: certificate.certificatePEM,
                    privateKeyPEM: certificate.privateKeyPEM
                )
            }
        } catch {
            throw .local("\(error)")
        }
        identities.replaceChallenges(with: challenges)
    }

    // MARK: Accounts

    /// The key is on the disk before the CA hears of it: an account whose key is lost is lost.
    private func account(of directory: String) throws(ACMEFailure) -> StateDirectory.Account {
        if let account = accounts[directory] { return account }
        do {
            let account = StateDirectory.Account(key: try ES256Key())
            try state.save(account, of: directory)
            accounts[directory] = account
            return account
        } catch let failure as ACMEFailure {
            throw failure
        } catch {
            throw .local("\(error)")
        }
    }

    private func keepAccount(of issuance: Issuance, _ directory: String) throws(ACMEFailure) {
        guard var account = accounts[directory], let url = issuance.account, url != account.url else { return }
        account.url = url
        try state.save(account, of: directory)
        accounts[directory] = account
        var metadata: Logger.Metadata = ["from": "\(directory)"]
        if let terms = issuance.termsOfService { metadata["terms"] = "\(terms)" }
        logger.notice("registered with the CA, and agreed to its terms", metadata: metadata)
    }

    // MARK: Renewal information

    /// Asks the CA of the current certificate when it would have that renewed (RFC 9773).
    func askRenewalInfo() async {
        do throws(ACMEFailure) {
            guard let current, let number = try? CertificateNumber(pem: current.chainPEM) else {
                return plan.notAdvised(now: Self.now())
            }
            let directory = try Directory(try await client.send(.get(current.issuer)), now: Self.now())
            guard let request = directory.renewalInfoRequest(for: number) else {
                return plan.notAdvised(now: Self.now())
            }
            let response = try await client.send(request)
            let info = try RenewalInfo(response, now: Self.now())
            let retryAt = response.retryAfter(now: Self.now())
            plan.advised(info, retryAt: retryAt, now: Self.now(), jitter: Self.jitter())
            logger.debug(
                "the CA suggests when to renew",
                metadata: ["from": "\(Self.text(ofTime: info.start))", "to": "\(Self.text(ofTime: info.end))"]
            )
        } catch {
            plan.notAdvised(now: Self.now())
            logger.debug("the CA does not say when to renew", metadata: ["reason": "\(error)"])
        }
    }
}
