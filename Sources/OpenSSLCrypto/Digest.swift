// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// A hash function. MD5 and SHA-1 are here because STUN's long-term keys and MESSAGE-INTEGRITY are defined with them
/// (RFC 8489, sections 9.2.2 and 14.5).
package enum DigestAlgorithm: Sendable, CaseIterable {
    case md5
    case sha1
    case sha256

    /// Bytes in a digest.
    package var length: Int {
        switch self {
        case .md5: 16
        case .sha1: 20
        case .sha256: 32
        }
    }

    /// The name OpenSSL's providers know it by.
    var name: String {
        switch self {
        case .md5: "MD5"
        case .sha1: "SHA1"
        case .sha256: "SHA256"
        }
    }

    /// OpenSSL's static method table.
    var method: OpaquePointer? {
        switch self {
        case .md5: unsafe EVP_md5()
        case .sha1: unsafe EVP_sha1()
        case .sha256: unsafe EVP_sha256()
        }
    }
}

/// Hashes `bytes` in one go.
package func digest(_ algorithm: DigestAlgorithm, _ bytes: [UInt8]) throws(OpenSSLError) -> [UInt8] {
    var succeeded = false
    let value = unsafe [UInt8](unsafeUninitializedCapacity: algorithm.length) { output, count in
        succeeded = unsafe bytes.withUnsafeBytes { input in
            unsafe EVP_Digest(input.baseAddress, input.count, output.baseAddress, nil, algorithm.method, nil) == 1
        }
        count = succeeded ? algorithm.length : 0
    }
    guard succeeded else { throw OpenSSLError(operation: "\(algorithm.name) digest") }
    return value
}
