// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import NIOCore
internal import OpenSSLCrypto

extension TLSConnection {
    enum HandshakeProgress: Sendable {
        case needsInput
        case completed(TLSSession)
        case failed(TLSError)
    }

    /// Goes as far as the input allows. Expensive: signatures and key agreements happen here.
    func handshake() -> HandshakeProgress {
        OpenSSLError.discardQueue()
        let result = unsafe SSL_do_handshake(ssl)
        if result == 1 { return .completed(session()) }
        if unsafe SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ { return .needsInput }
        let error = TLSError.fromQueue("TLS handshake", .protocolViolation)
        if let refusal = storage.refusal { return .failed(refusal) }
        if let problem = storage.verification.problem, error.alert == nil {
            let certificates = storage.verification.certificates
            return .failed(TLSError(.certificateRejected, problem, peerCertificates: certificates))
        }
        return .failed(error)
    }

    /// What is left of the handshake then is cheap. A server of TLS 1.3 has signed before (RFC 8446, section 2); one of
    /// TLS 1.2 sends Finished first only when it resumes a session.
    var hasSentFinished: Bool { unsafe SSL_get_finished(ssl, nil, 0) > 0 }

    private func session() -> TLSSession {
        if unsafe SSL_is_server(ssl) == 0, storage.verification.certificates.isEmpty,
            let chain = unsafe SSL_get_peer_cert_chain(ssl)
        {
            storage.verification = unsafe PeerVerification(presented: chain)
        }
        let cipher = unsafe SSL_CIPHER_standard_name(SSL_get_current_cipher(ssl)).map { unsafe String(cString: $0) }
        return TLSSession(
            protocolVersion: unsafe SSL_version(ssl) == TLS1_3_VERSION ? .tls13 : .tls12,
            cipher: cipher ?? "unknown",
            serverName: serverName,
            alpn: applicationProtocol,
            isResumed: unsafe SSL_session_reused(ssl) == 1,
            peerCertificates: storage.verification.certificates,
            verificationProblem: storage.verification.problem
        )
    }

    private var serverName: String? {
        guard let name = unsafe SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) else { return nil }
        let text = unsafe String(cString: name)
        return text.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? text : nil
    }

    private var applicationProtocol: String? {
        var start: UnsafePointer<UInt8>? = nil
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(ssl, &start, &count)
        guard count > 0 else { return nil }
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: Int(count)), as: UTF8.self)
    }
}
