// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import OpenSSLCrypto

/// The context of a client: whom it trusts and the sessions it may resume.
final class ClientContext: TLSContext, @unchecked Sendable {
    let sessions = SessionCache()
    private let acceptsAnyCertificate: Bool

    init(
        trust: TLSTrust,
        versions: ClosedRange<TLSVersion>,
        applicationProtocols: [String],
        resumesSessions: Bool
    ) throws(TLSIdentityError) {
        acceptsAnyCertificate = if case .insecure = trust { true } else { false }
        do throws(OpenSSLError) {
            try unsafe super.init(
                method: TLS_client_method(),
                minimumVersion: versions.lowerBound,
                maximumVersion: versions.upperBound,
                options: 0
            )
            try setApplicationProtocols(applicationProtocols)
        } catch {
            throw TLSIdentityError(error.description)
        }
        try setTrust(trust)
        setUpVerification()
        if resumesSessions { setUpResumption() }
    }

    private func setApplicationProtocols(_ protocols: [String]) throws(OpenSSLError) {
        guard !protocols.isEmpty else { return }
        let list = protocols.flatMap { [UInt8(clamping: $0.utf8.count)] + Array($0.utf8) }
        // This function, unlike its neighbours, returns zero for success.
        guard unsafe SSL_CTX_set_alpn_protos(pointer, list, UInt32(list.count)) == 0 else {
            throw OpenSSLError(operation: "set the application protocols")
        }
    }

    private func setTrust(_ trust: TLSTrust) throws(TLSIdentityError) {
        switch trust {
        case .systemRoots:
            try addSystemRoots()
        case .systemRootsAnd(let file):
            try addSystemRoots()
            try addRoots(PEMSource(file: file, holding: "CA certificate"))
        case .certificateFile(let file):
            try addRoots(PEMSource(file: file, holding: "CA certificate"))
        case .certificatePEM(let text):
            try addRoots(PEMSource(text: text, name: "the CA certificate text"))
        case .insecure:
            break
        }
    }

    private func addSystemRoots() throws(TLSIdentityError) {
        guard unsafe SSL_CTX_set_default_verify_paths(pointer) == 1 else {
            throw TLSIdentityError(OpenSSLError(operation: "find the system's root certificates").description)
        }
    }

    private func addRoots(_ source: PEMSource) throws(TLSIdentityError) {
        let roots = try source.readChain()
        let store = unsafe SSL_CTX_get_cert_store(pointer)
        var isAdded = unsafe X509_STORE_add_cert(store, roots.leaf.pointer) == 1
        for index in 0..<max(0, unsafe shim_sk_X509_num(roots.intermediates)) {
            isAdded = unsafe X509_STORE_add_cert(store, shim_sk_X509_value(roots.intermediates, index)) == 1 && isAdded
        }
        guard isAdded else { throw TLSIdentityError(OpenSSLError(operation: "trust a certificate").description) }
    }

    /// Verifies with a callback of our own: it sees the server's certificates also when they are refused.
    private func setUpVerification() {
        unsafe SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
        unsafe SSL_CTX_set_cert_verify_callback(
            pointer,
            { store, this in
                guard let store = unsafe store, let context = unsafe ClientContext.from(this) else { return 0 }
                return unsafe context.verify(store) ? 1 : 0
            },
            unsafe Unmanaged.passUnretained(self).toOpaque()
        )
    }

    private func verify(_ store: OpaquePointer) -> Bool {
        let index = SSL_get_ex_data_X509_STORE_CTX_idx()
        guard let ssl = unsafe X509_STORE_CTX_get_ex_data(store, index),
            let storage = unsafe ConnectionStorage.of(OpaquePointer(ssl))
        else { return acceptsAnyCertificate }
        storage.verification = unsafe PeerVerification(verifying: store, name: storage.sessionKey)
        return acceptsAnyCertificate || storage.verification.problem == nil
    }

    private func setUpResumption() {
        let mode = SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL
        unsafe shim_SSL_CTX_set_session_cache_mode(pointer, Int(mode))
        unsafe SSL_CTX_set_ex_data(pointer, 0, Unmanaged.passUnretained(self).toOpaque())
        unsafe SSL_CTX_sess_set_new_cb(pointer) { ssl, session in
            guard let ssl = unsafe ssl, let session = unsafe session,
                let context = unsafe ClientContext.from(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), 0)),
                let storage = unsafe ConnectionStorage.of(ssl)
            else { return 0 }
            // Returning 1 keeps the reference that comes with the call.
            unsafe context.sessions.store(session, for: storage.sessionKey)
            return 1
        }
    }

    private static func from(_ pointer: UnsafeMutableRawPointer?) -> ClientContext? {
        unsafe pointer.map { unsafe Unmanaged<ClientContext>.fromOpaque($0).takeUnretainedValue() }
    }
}
