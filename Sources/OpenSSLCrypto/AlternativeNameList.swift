// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// Owns a stack of `GENERAL_NAME`: the names a new certificate is for.
@safe struct AlternativeNameList: ~Copyable {
    let pointer: OpaquePointer

    init() throws(OpenSSLError) {
        guard let pointer = unsafe shim_sk_GENERAL_NAME_new() else {
            throw OpenSSLError(operation: "create a list of names")
        }
        unsafe self.pointer = pointer
    }

    deinit {
        unsafe shim_sk_GENERAL_NAME_free(pointer)
    }

    func add(dnsName: String) throws(OpenSSLError) {
        guard isDNSName(dnsName) else {
            throw OpenSSLError(operation: "issue a certificate", reason: "\"\(dnsName)\" is not a DNS name")
        }
        let bytes = Array(dnsName.utf8)
        guard let text = unsafe ASN1_STRING_type_new(V_ASN1_IA5STRING) else {
            throw OpenSSLError(operation: "create a name")
        }
        unsafe ASN1_STRING_set(text, bytes, Int32(bytes.count))
        try unsafe push(type: GEN_DNS, value: text)
    }

    func add(ipAddress: String) throws(OpenSSLError) {
        guard let bytes = unsafe a2i_IPADDRESS(ipAddress) else {
            throw OpenSSLError(operation: "issue a certificate", reason: "\"\(ipAddress)\" is not an IP address")
        }
        try unsafe push(type: GEN_IPADD, value: bytes)
    }

    /// Takes over `value`.
    private func push(type: Int32, value: UnsafeMutablePointer<ASN1_STRING>) throws(OpenSSLError) {
        guard let name = unsafe GENERAL_NAME_new() else {
            unsafe ASN1_STRING_free(value)
            throw OpenSSLError(operation: "create a name")
        }
        unsafe GENERAL_NAME_set0_value(name, type, value)
        guard unsafe shim_sk_GENERAL_NAME_push(pointer, name) > 0 else {
            unsafe GENERAL_NAME_free(name)
            throw OpenSSLError(operation: "add a name")
        }
    }
}

/// Letters, digits, hyphens and underscores in labels of 1 to 63, at most 253 in all; the first label may be `*`.
private func isDNSName(_ name: String) -> Bool {
    let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard name.utf8.count <= 253, let first = labels.first else { return false }
    let isWildcard = first.elementsEqual([UInt8(ascii: "*")]) && labels.count > 1
    return labels.dropFirst(isWildcard ? 1 : 0).allSatisfy { label in
        (1...63).contains(label.count) && label.allSatisfy(isLabelByte)
    }
}

private func isLabelByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
    default: false
    }
}
