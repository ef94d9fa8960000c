// SPDX-License-Identifier: Apache-2.0

package import OpenSSLCrypto

/// Obtains one certificate (RFC 8555, section 7.4): is fed with the answers of the CA, and says what to do next. Does no I/O.
package struct Issuance: Sendable {
    package struct Wish: Sendable {
        /// In lower case; at least one.
        package let names: [String]
        /// Of the certificate, not of the account.
        package let key: ES256Key
        package var email: String?
        package var externalAccount: ExternalAccount?
        /// The certificate that this one takes the place of, as RFC 9773, section 4.1, names it.
        package var replaces: String?

        package init(names: [String], key: ES256Key) {
            self.names = names
            self.key = key
        }
    }

    package enum Step: Sendable, Equatable {
        case send(ACMERequest)
        /// Answer these challenges from now on, then ``Issuance/proceed()``.
        case present([ChallengeAnswer])
        /// Wait for so many seconds, then ``Issuance/proceed()``.
        case wait(Double)
        /// The chain in PEM, leaf first.
        case issued(String)
        case failed(ACMEFailure)
    }

    enum Stage {
        case directory
        case account
        case order
        case authorizations(remaining: [String])
        case presenting
        case challenges(remaining: [PendingAuthorization])
        case polling(remaining: [PendingAuthorization])
        case pollingOrder
        case certificate
    }

    /// What the CA wants to see, and where it tells whether it has.
    struct PendingAuthorization {
        let url: String
        let challenge: String
    }

    var wish: Wish
    var session: ACMESession
    var stage = Stage.directory
    var pending: [PendingAuthorization] = []
    var answers: [ChallengeAnswer] = []
    var orderURL = ""
    var isFinalized = false
    var polls = 0
    private let directoryURL: String
    private var isRegistered = false

    /// - Parameters:
    ///   - account: the URL of the account of `accountKey`, where it has one.
    package init(_ wish: Wish, directory: String, accountKey: ES256Key, account: String?) {
        self.wish = wish
        directoryURL = directory
        session = ACMESession(key: accountKey, account: account)
    }

    /// The URL of the account, to be kept.
    package var account: String? { session.account }

    /// What who registers agrees to.
    package var termsOfService: String? { session.directory?.meta?.termsOfService.map(printable) }

    package var offersRenewalInfo: Bool { session.directory?.renewalInfo != nil }

    // MARK: Events

    package func start() -> Step {
        .send(.get(directoryURL))
    }

    /// - Parameter now: seconds since 1970.
    package mutating func receive(_ response: ACMEResponse, now: Int64) -> Step {
        do throws(ACMEFailure) {
            if case .directory = stage {
                session.directory = try Directory(response, now: now)
                return session.account == nil ? try register() : try placeOrder()
            }
            switch try session.receive(response, now: now) {
            case .again(let request): return .send(request)
            case .failed(let failure): return try recover(from: failure)
            case .response(let response): return try advance(response, now: now)
            }
        } catch {
            return .failed(error)
        }
    }

    /// Goes on after a ``Step/present(_:)`` or ``Step/wait(_:)``.
    package mutating func proceed() -> Step {
        do throws(ACMEFailure) {
            switch stage {
            case .presenting: return try answerChallenges(pending[...])
            case .polling(let remaining): return try poll(remaining[...])
            default: return try post(.asGet(orderURL))
            }
        } catch {
            return .failed(error)
        }
    }

    private mutating func advance(_ response: ACMEResponse, now: Int64) throws(ACMEFailure) -> Step {
        switch stage {
        case .directory, .account: try registered(response)
        case .order: try ordered(response, now: now)
        case .authorizations(let remaining): try authorizationFetched(response, remaining[...], now: now)
        case .presenting: throw .notACME("it answers what it was not asked")
        case .challenges(let remaining): try answerChallenges(remaining.dropFirst())
        case .polling(let remaining): try authorizationPolled(response, remaining[...], now: now)
        case .pollingOrder: try orderPolled(response, now: now)
        case .certificate: try certificateArrived(response, now: now)
        }
    }

    private mutating func recover(from failure: ACMEFailure) throws(ACMEFailure) -> Step {
        switch (stage, failure.problem?.kind) {
        case (_, .accountDoesNotExist) where !isRegistered:
            // The CA has lost the account: a new one for the same key.
            session.account = nil
            return try register()
        case (.order, .alreadyReplaced) where wish.replaces != nil:
            wish.replaces = nil
            return try placeOrder()
        default:
            throw failure
        }
    }

    mutating func post(_ post: ACMESession.Post) throws(ACMEFailure) -> Step {
        .send(try session.post(post))
    }

    // MARK: Account (RFC 8555, section 7.3)

    private struct Registration: Encodable {
        let termsOfServiceAgreed = true
        let contact: [String]?
        let externalAccountBinding: JWS.SignedText?
    }

    private mutating func register() throws(ACMEFailure) -> Step {
        guard let directory = session.directory else { throw .notACME("it has no directory") }
        if directory.meta?.externalAccountRequired == true, wish.externalAccount == nil {
            throw ACMEFailure(.refused(Problem(.externalAccountRequired, "it has accounts for its own customers only")))
        }
        var binding: JWS.SignedText?
        if let account = wish.externalAccount { binding = try session.binding(of: account, to: directory.newAccount) }
        let contact = wish.email.map { ["mailto:\($0)"] }
        let registration = Registration(contact: contact, externalAccountBinding: binding)
        isRegistered = true
        stage = .account
        return try post(.init(url: directory.newAccount, payload: encodedJSON(registration)))
    }

    private mutating func registered(_ response: ACMEResponse) throws(ACMEFailure) -> Step {
        guard let url = response.location else { throw .notACME("it does not say where the account is") }
        session.account = url
        return try placeOrder()
    }
}
