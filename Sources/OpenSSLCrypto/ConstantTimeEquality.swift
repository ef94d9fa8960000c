// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// Whether two secrets are equal, in a time that tells nothing about where they differ. Lengths are not secret:
/// different ones answer at once.
package func constantTimeEqual(_ left: RawSpan, _ right: RawSpan) -> Bool {
    guard left.byteCount == right.byteCount else { return false }
    return unsafe left.withUnsafeBytes { left in
        unsafe right.withUnsafeBytes { right in
            unsafe CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
        }
    }
}
