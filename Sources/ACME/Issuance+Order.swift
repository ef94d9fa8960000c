// SPDX-License-Identifier: Apache-2.0

internal import OpenSSLCrypto

/// What a CA wants to see at a name.
package struct ChallengeAnswer: Sendable, Equatable {
    package let name: String
    /// RFC 8555, section 8.1.
    package let keyAuthorization: String
}

/// Orders and authorizations (RFC 8555, sections 7.4 and 7.5).
extension Issuance {
    private struct Wanted: Encodable {
        struct Identifier: Encodable {
            let type = "dns"
            let value: String
        }

        let identifiers: [Identifier]
        let replaces: String?
    }

    private struct Finalization: Encodable {
        let csr: String
    }

    private static let challengeType = "tls-alpn-01"
    /// With the delays below, about ten minutes.
    private static let pollLimit = 45
    private static let longestDelay = 15.0
    private static let longestRequestedDelay = 60.0

    mutating func placeOrder() throws(ACMEFailure) -> Step {
        guard let directory = session.directory else { throw .notACME("it has no directory") }
        stage = .order
        let replaces = offersRenewalInfo ? wish.replaces : nil
        let wanted = Wanted(identifiers: wish.names.map { .init(value: $0) }, replaces: replaces)
        return try post(.init(url: directory.newOrder, payload: encodedJSON(wanted)))
    }

    mutating func ordered(_ response: ACMEResponse, now: Int64) throws(ACMEFailure) -> Step {
        guard let url = response.location else { throw .notACME("it does not say where the order is") }
        orderURL = url
        let order = try decode(Order.self, from: response, now: now)
        guard order.authorizations.count <= wish.names.count else { throw .notACME("it asks for what was not ordered") }
        return try fetchAuthorizations(order.authorizations[...])
    }

    // MARK: Authorizations

    private mutating func fetchAuthorizations(_ remaining: ArraySlice<String>) throws(ACMEFailure) -> Step {
        if let next = remaining.first {
            stage = .authorizations(remaining: Array(remaining))
            return try post(.asGet(next))
        }
        guard answers.isEmpty else {
            stage = .presenting
            return .present(answers)
        }
        return try pollOrder()
    }

    mutating func authorizationFetched(
        _ response: ACMEResponse,
        _ remaining: ArraySlice<String>,
        now: Int64
    ) throws(ACMEFailure) -> Step {
        let authorization = try decode(Authorization.self, from: response, now: now)
        let name = authorization.identifier.value.lowercased()
        guard wish.names.contains(name) else { throw .notACME("it asks for another name than the ordered") }
        switch authorization.status {
        case .valid: break
        case .pending: try prepare(authorization, of: name, at: remaining.first ?? "")
        case .invalid, .deactivated, .expired, .revoked: throw refusal(of: authorization)
        }
        return try fetchAuthorizations(remaining.dropFirst())
    }

    private mutating func prepare(
        _ authorization: Authorization,
        of name: String,
        at url: String
    ) throws(ACMEFailure) {
        guard let challenge = authorization.challenges.first(where: { $0.type == Self.challengeType }),
            let token = challenge.token
        else { throw .notACME("it does not offer the challenge \(Self.challengeType) for \(name)") }
        // RFC 8555, section 8.3: the alphabet of base64url, so that nothing but that is ever served.
        guard 1...256 ~= token.utf8.count, token.utf8.allSatisfy(Base64URL.isCharacter) else {
            throw .notACME("its challenge has a token that is not base64url")
        }
        do throws(OpenSSLError) {
            let thumbprint = try JWK(session.key).thumbprint()
            answers.append(ChallengeAnswer(name: name, keyAuthorization: "\(token).\(thumbprint)"))
        } catch {
            throw .local("\(error)")
        }
        pending.append(PendingAuthorization(url: url, challenge: challenge.url))
    }

    private func refusal(of authorization: Authorization) -> ACMEFailure {
        let errors = authorization.challenges.filter { $0.type == Self.challengeType }.compactMap(\.error)
        let problem = errors.first ?? Problem(.unauthorized, "the authorization is \(authorization.status)")
        return ACMEFailure(.validation(name: printable(authorization.identifier.value), problem))
    }

    // MARK: Challenges

    /// Tells the CA that it may look, for one challenge after the other.
    mutating func answerChallenges(_ remaining: ArraySlice<PendingAuthorization>) throws(ACMEFailure) -> Step {
        guard let next = remaining.first else { return try poll(pending[...]) }
        stage = .challenges(remaining: Array(remaining))
        return try post(.init(url: next.challenge, payload: Array("{}".utf8)))
    }

    mutating func poll(_ remaining: ArraySlice<PendingAuthorization>) throws(ACMEFailure) -> Step {
        guard let next = remaining.first else { return try pollOrder() }
        stage = .polling(remaining: Array(remaining))
        return try post(.asGet(next.url))
    }

    mutating func authorizationPolled(
        _ response: ACMEResponse,
        _ remaining: ArraySlice<PendingAuthorization>,
        now: Int64
    ) throws(ACMEFailure) -> Step {
        let authorization = try decode(Authorization.self, from: response, now: now)
        switch authorization.status {
        case .valid: return try poll(remaining.dropFirst())
        case .pending: return try wait(response, now: now)
        case .invalid, .deactivated, .expired, .revoked: throw refusal(of: authorization)
        }
    }

    // MARK: Order

    private mutating func pollOrder() throws(ACMEFailure) -> Step {
        stage = .pollingOrder
        return try post(.asGet(orderURL))
    }

    mutating func orderPolled(_ response: ACMEResponse, now: Int64) throws(ACMEFailure) -> Step {
        let order = try decode(Order.self, from: response, now: now)
        switch order.status {
        case .ready where !isFinalized:
            isFinalized = true
            return try post(.init(url: order.finalize, payload: encodedJSON(Finalization(csr: try request()))))
        case .pending, .ready, .processing:
            return try wait(response, now: now)
        case .valid:
            guard let url = order.certificate else { throw .notACME("it does not say where the certificate is") }
            stage = .certificate
            return try post(.asGet(url))
        case .invalid:
            throw ACMEFailure(.refused(order.error ?? Problem(.unauthorized, "the order is invalid")))
        }
    }

    private func request() throws(ACMEFailure) -> String {
        do throws(OpenSSLError) {
            return Base64URL.encode(try wish.key.certificateRequest(dnsNames: wish.names))
        } catch {
            throw .local("\(error)")
        }
    }

    mutating func certificateArrived(_ response: ACMEResponse, now: Int64) throws(ACMEFailure) -> Step {
        let text = String(decoding: response.body, as: UTF8.self)
        guard let leaf = try? CertificateSummary(pem: text) else { throw .notACME("its certificate is not PEM") }
        let names = Set(leaf.dnsNames.map { $0.lowercased() })
        guard names.isSuperset(of: wish.names) else {
            throw .unusable("it is for \(leaf.dnsNames.joined(separator: ", ")), which was not ordered")
        }
        guard leaf.notAfter > now else { throw .unusable("it has expired by this machine's clock") }
        return .issued(text)
    }

    // MARK: Waiting

    /// As long as the CA says, else twice as long as the time before (RFC 8555, section 7.5.1).
    private mutating func wait(_ response: ACMEResponse, now: Int64) throws(ACMEFailure) -> Step {
        polls += 1
        guard polls <= Self.pollLimit else { throw .notACME("it has not decided after ten minutes") }
        if let time = response.retryAfter(now: now) {
            return .wait(min(Double(max(time - now, 1)), Self.longestRequestedDelay))
        }
        return .wait(polls < 8 ? min(Double(1 << polls) / 8, Self.longestDelay) : Self.longestDelay)
    }
}
