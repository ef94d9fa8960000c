// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import OpenSSLCrypto

/// The context of a server. It holds no certificate: each handshake asks the identity store for one.
final class ServerContext: TLSContext, @unchecked Sendable {
    private let identities: TLSIdentityStore
    private let protocols: [[UInt8]]

    init(
        identities: TLSIdentityStore,
        minimumVersion: TLSVersion,
        applicationProtocols: [String]
    ) throws(OpenSSLError) {
        self.identities = identities
        protocols = applicationProtocols.map { Array($0.utf8) }
        try unsafe super.init(
            method: TLS_server_method(),
            minimumVersion: minimumVersion,
            options: shim_SSL_OP_CIPHER_SERVER_PREFERENCE() | shim_SSL_OP_PRIORITIZE_CHACHA()
        )
        try setUpResumption()
        setUpCallbacks()
    }

    /// Sessions travel in tickets, so the server remembers nothing. One for each connection: who comes again gets another.
    private func setUpResumption() throws(OpenSSLError) {
        unsafe shim_SSL_CTX_set_session_cache_mode(pointer, Int(SSL_SESS_CACHE_OFF))
        var key = identities.ticketKey
        let name = Array("swiftturn".utf8)
        let isSet =
            unsafe shim_SSL_CTX_set_tlsext_ticket_keys(pointer, &key, key.count) == 1
            && SSL_CTX_set_num_tickets(pointer, 1) == 1
            && SSL_CTX_set_session_id_context(pointer, name, UInt32(name.count)) == 1
        guard isSet else { throw OpenSSLError(operation: "set up session tickets") }
    }

    private func setUpCallbacks() {
        // The context outlives its `SSL`s, each of which is owned by a TLSConnection that retains this object.
        let this = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe SSL_CTX_set_cert_cb(
            pointer,
            { ssl, this in
                guard let ssl = unsafe ssl, let context = unsafe ServerContext.from(this) else { return 0 }
                return unsafe context.chooseIdentity(ssl) ? 1 : 0
            },
            this
        )
        unsafe SSL_CTX_set_alpn_select_cb(
            pointer,
            { ssl, chosen, chosenLength, offer, offerLength, this in
                guard let ssl = unsafe ssl, let context = unsafe ServerContext.from(this) else {
                    return SSL_TLSEXT_ERR_NOACK
                }
                let offers = unsafe UnsafeBufferPointer(start: offer, count: Int(offerLength))
                // RFC 7301, section 3.2, would have an alert here. Going on without ALPN serves more clients: what
                // they speak shows after the handshake.
                guard let range = unsafe context.chooseProtocol(offers, ssl) else { return SSL_TLSEXT_ERR_NOACK }
                unsafe chosen?.pointee = offer.map { unsafe $0 + range.lowerBound }
                unsafe chosenLength?.pointee = UInt8(truncatingIfNeeded: range.count)
                return SSL_TLSEXT_ERR_OK
            },
            this
        )
        // Before anything is chosen, tells the CA that validates a name from all other clients.
        unsafe SSL_CTX_set_client_hello_cb(
            pointer,
            { ssl, _, _ in
                if let ssl = unsafe ssl, unsafe ValidationOffer.isMade(in: ssl) {
                    unsafe ConnectionStorage.of(ssl)?.isValidation = true
                }
                return SSL_CLIENT_HELLO_SUCCESS
            },
            nil
        )
        unsafe shim_SSL_CTX_set_tlsext_servername_callback(
            pointer,
            { ssl, alert, this in
                guard let ssl = unsafe ssl, let context = unsafe ServerContext.from(this) else {
                    return SSL_TLSEXT_ERR_ALERT_FATAL
                }
                // Accepting a name makes OpenSSL keep it with the session.
                if unsafe context.admitsServerName(of: ssl) { return SSL_TLSEXT_ERR_OK }
                unsafe alert?.pointee = SSL_AD_UNRECOGNIZED_NAME
                return SSL_TLSEXT_ERR_ALERT_FATAL
            },
            this
        )
    }

    private static func from(_ pointer: UnsafeMutableRawPointer?) -> ServerContext? {
        unsafe pointer.map { unsafe Unmanaged<ServerContext>.fromOpaque($0).takeUnretainedValue() }
    }

    private func admitsServerName(of ssl: OpaquePointer) -> Bool {
        guard let storage = unsafe ConnectionStorage.of(ssl) else { return false }
        let name = unsafe Self.serverName(of: ssl)
        if storage.isValidation {
            storage.challenge = name.flatMap(identities.challenge)
            storage.refusal = storage.challenge == nil ? .noChallenge : nil
        } else if !admits(name) {
            storage.refusal = .unknownServerName
        }
        return storage.refusal == nil
    }

    /// A certificate of another name would tell a stranger which names live here, and be of no use to anybody else
    /// (RFC 6066, section 3). Without any certificate that is not why the handshake fails.
    private func admits(_ name: String?) -> Bool {
        guard let name, !identities.identities.isEmpty else { return true }
        return identities.identity(forServerName: name) != nil
    }

    private func chooseIdentity(_ ssl: OpaquePointer) -> Bool {
        if let challenge = unsafe ConnectionStorage.of(ssl)?.challenge { return unsafe challenge.apply(to: ssl) }
        if let identity = unsafe identities.identity(forServerName: Self.serverName(of: ssl)) {
            return unsafe identity.apply(to: ssl)
        }
        unsafe ConnectionStorage.of(ssl)?.refusal = .noIdentity
        return false
    }

    private static func serverName(of ssl: OpaquePointer) -> String? {
        unsafe SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name).map { unsafe String(cString: $0) }
    }

    /// Where in the client's list (RFC 7301, section 3.1: each name after a length byte) the first of this server's
    /// protocols stands that the list has.
    private func chooseProtocol(_ offers: UnsafeBufferPointer<UInt8>, _ ssl: OpaquePointer) -> Range<Int>? {
        if unsafe ConnectionStorage.of(ssl)?.isValidation == true { return 1..<offers.count }
        var ranges: [Range<Int>] = []
        var position = 0
        while position < offers.count {
            let start = position + 1
            let end = unsafe start + Int(offers[position])
            guard end <= offers.count else { return nil }
            ranges.append(start..<end)
            position = end
        }
        for candidate in protocols {
            if let range = ranges.first(where: { unsafe offers[$0].elementsEqual(candidate) }) { return range }
        }
        return nil
    }
}

/// ALPN with nothing but `acme-tls/1`: who offers more is no CA.
private enum ValidationOffer {
    /// RFC 7301, section 3.1: the length of the list, and of its one name.
    private static let bytes: [UInt8] = {
        let name = Array(TLSSession.validationProtocol.utf8)
        return [0, UInt8(name.count + 1), UInt8(name.count)] + name
    }()

    /// Only while the ClientHello is being read.
    static func isMade(in ssl: OpaquePointer) -> Bool {
        var start: UnsafePointer<UInt8>? = nil
        var count = 0
        let type = UInt32(TLSEXT_TYPE_application_layer_protocol_negotiation)
        guard unsafe SSL_client_hello_get0_ext(ssl, type, &start, &count) == 1 else { return false }
        return unsafe UnsafeBufferPointer(start: start, count: count).elementsEqual(bytes)
    }
}
