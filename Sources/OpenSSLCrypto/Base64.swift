// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// Base64 of RFC 4648, section 4: padded, without line breaks.
package func base64Encoded(_ bytes: [UInt8]) -> String {
    // EVP_EncodeBlock takes a 32-bit length and writes a terminating zero. Three quarters of 2^20 keep each block
    // free of padding, so that the blocks concatenate.
    let block = 3 << 18
    var text: [UInt8] = []
    var start = 0
    while start < bytes.count {
        let piece = bytes[start..<min(start + block, bytes.count)]
        text += encodedBlock(piece)
        start += piece.count
    }
    return String(decoding: text, as: UTF8.self)
}

private func encodedBlock(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4 + 1) { output, count in
        unsafe bytes.withUnsafeBufferPointer { input in
            count = Int(unsafe EVP_EncodeBlock(output.baseAddress, input.baseAddress, Int32(input.count)))
        }
    }
}
