// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import Glibc
internal import OpenSSLCrypto

/// What verifying a server's certificate found.
struct PeerVerification {
    /// The certificates as presented, leaf first.
    private(set) var certificates: [CertificateSummary] = []
    /// What is wrong with them, in words; nil if nothing is.
    private(set) var problem: String?

    init() {}

    /// Verifies the chain in `store`, an `X509_STORE_CTX`.
    /// - Parameter name: what the certificate has to be for.
    init(verifying store: OpaquePointer, name: String) {
        if let presented = unsafe X509_STORE_CTX_get0_untrusted(store) {
            certificates = unsafe Self.summaries(presented)
        }
        let isTrusted = unsafe X509_verify_cert(store) == 1
        OpenSSLError.discardQueue()
        guard !isTrusted else { return }
        let current = unsafe X509_STORE_CTX_get_current_cert(store).flatMap { unsafe try? CertificateSummary(x509: $0) }
        let code = unsafe X509_STORE_CTX_get_error(store)
        problem = Self.words(code, current: current ?? certificates.first, leaf: certificates.first, name: name)
    }

    /// Describes the certificates of a finished handshake: a resumed one verifies nothing anew.
    init(presented chain: OpaquePointer) {
        certificates = unsafe Self.summaries(chain)
    }

    private static func summaries(_ chain: OpaquePointer) -> [CertificateSummary] {
        let count = unsafe shim_sk_X509_num(chain)
        return (0..<max(0, count)).compactMap { index in
            unsafe shim_sk_X509_value(chain, index).flatMap { unsafe try? CertificateSummary(x509: $0) }
        }
    }

    private static func words(
        _ code: Int32,
        current: CertificateSummary?,
        leaf: CertificateSummary?,
        name: String
    ) -> String {
        switch code {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return "certificate expired on \(day(current?.notAfter))"
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return "certificate is not valid before \(day(current?.notBefore))"
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            return "self-signed certificate"
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
            return "self-signed certificate in chain: \(current?.subject ?? "unknown") is not trusted"
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            return "issuer \(current?.issuer ?? "unknown") not trusted"
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            let names = (leaf?.dnsNames ?? []) + (leaf?.ipAddresses ?? [])
            return "name \(name) not in certificate (names: \(names.isEmpty ? "none" : names.joined(separator: ", ")))"
        default:
            return unsafe String(cString: X509_verify_cert_error_string(Int(code)))
        }
    }

    /// A UTC date as 2026-01-31.
    private static func day(_ seconds: Int64?) -> String {
        guard let seconds else { return "an unknown day" }
        var time = time_t(seconds)
        var parts = unsafe tm()
        guard unsafe gmtime_r(&time, &parts) != nil else { return "an unknown day" }
        let digits = unsafe [Int(parts.tm_mon) + 1, Int(parts.tm_mday)].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return unsafe "\(Int(parts.tm_year) + 1900)-\(digits[0])-\(digits[1])"
    }
}
