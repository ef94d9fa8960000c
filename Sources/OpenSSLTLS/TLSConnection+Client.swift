// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import OpenSSLCrypto

extension TLSConnection {
    /// Makes the client's side.
    /// - Parameter serverName: the name or address the certificate has to be for; nil to check only who signed it.
    static func client(
        _ configuration: TLSClientConfiguration,
        serverName: String?
    ) throws(TLSError) -> TLSConnection {
        let storage = ConnectionStorage(sessionKey: serverName ?? "")
        let connection = try TLSConnection(configuration.context, storage)
        unsafe SSL_set_connect_state(connection.ssl)
        if let serverName { try connection.expect(serverName) }
        if let session = configuration.context.sessions.session(for: storage.sessionKey) {
            unsafe SSL_set_session(connection.ssl, session.pointer)
        }
        return connection
    }

    private func expect(_ name: String) throws(TLSError) {
        let parameters = unsafe SSL_get0_param(ssl)
        // RFC 6066, section 3:
        // > Literal IPv4 and IPv6 addresses are not permitted in "HostName".
        if unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, name) == 1 { return }
        OpenSSLError.discardQueue()
        unsafe X509_VERIFY_PARAM_set_hostflags(parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        let isSet =
            unsafe !name.isEmpty && !name.utf8.contains(0)
            && X509_VERIFY_PARAM_set1_host(parameters, name, name.utf8.count) == 1
            && shim_SSL_set_tlsext_host_name(ssl, name) == 1
        guard isSet else { throw .fromQueue("ask for the server name \"\(name)\"", .internalFailure) }
    }
}
