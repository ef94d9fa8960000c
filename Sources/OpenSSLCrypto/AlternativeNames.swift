// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import Glibc

/// The names a certificate is for (RFC 5280, section 4.2.1.6).
struct AlternativeNames {
    private(set) var dnsNames: [String] = []
    private(set) var ipAddresses: [String] = []

    /// Reads them from an `X509`; a certificate without the extension, or with a broken one, has none.
    init(x509: OpaquePointer) {
        guard let extensionValue = unsafe X509_get_ext_d2i(x509, NID_subject_alt_name, nil, nil) else {
            OpenSSLError.discardQueue()
            return
        }
        let names = OpaquePointer(extensionValue)
        defer { unsafe shim_sk_GENERAL_NAME_free(names) }
        let count = unsafe shim_sk_GENERAL_NAME_num(names)
        for index in 0..<max(0, count) {
            if let name = unsafe shim_sk_GENERAL_NAME_value(names, index) { unsafe add(name) }
        }
    }

    private mutating func add(_ name: UnsafeMutablePointer<GENERAL_NAME>) {
        var type: Int32 = 0
        guard let value = unsafe GENERAL_NAME_get0_value(name, &type) else { return }
        let string = OpaquePointer(value)
        let start = unsafe ASN1_STRING_get0_data(UnsafePointer(string))
        let bytes = unsafe UnsafeBufferPointer(start: start, count: Int(ASN1_STRING_length(UnsafePointer(string))))
        switch type {
        case GEN_DNS: dnsNames.append(unsafe printable(bytes))
        case GEN_IPADD: if let text = unsafe addressText(bytes) { ipAddresses.append(text) }
        default: break
        }
    }
}

/// A name from a certificate goes to logs and terminals: anything but printable ASCII becomes a question mark.
private func printable(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    unsafe String(decoding: bytes.map { (0x21...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
}

private func addressText(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
    let family: Int32
    switch bytes.count {
    case 4: family = AF_INET
    case 16: family = AF_INET6
    default: return nil
    }
    return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
        guard
            let start = unsafe inet_ntop(family, bytes.baseAddress, text.baseAddress, socklen_t(INET6_ADDRSTRLEN))
        else { return nil }
        return unsafe String(cString: start)
    }
}
