// SPDX-License-Identifier: Apache-2.0

import STUNCodec

extension CoturnTranslation {
    mutating func translateListeners() {
        let port = number("listening-port", in: 1...65_535) ?? 3478
        let tlsPort = number("tls-listening-port", in: 1...65_535) ?? 5349
        var listeners: [String] = []
        for address in listeningAddresses() {
            listeners += plainTransports.map { "\($0):\(Self.host(address)):\(port)" }
            if servesTLS { listeners.append("tls:\(Self.host(address)):\(tlsPort)") }
        }
        for option in all("aux-server") {
            guard let address = TransportAddress(coturn: option.value, defaultPort: nil) else {
                note(option, "not translated: not ADDRESS:PORT")
                continue
            }
            listeners += plainTransports.map { "\($0):\(address)" }
        }
        yaml.comment("Everything on port 443, as browsers behind firewalls need it, would be: \"[::]:443\"")
        yaml.set("listen", listeners)
        if listeners.isEmpty { note(nil, "listen has to be added: turnserver.conf turns all listeners off") }
        translateCertificate()
    }

    private mutating func listeningAddresses() -> [IPAddress] {
        let addresses = ipAddresses("listening-ip")
        // All addresses, of both families.
        return addresses.isEmpty ? [IPAddress(ipv6High: 0, low: 0)] : addresses
    }

    private var plainTransports: [String] {
        (isOn("no-udp") ? [] : ["udp"]) + (isOn("no-tcp") ? [] : ["tcp"])
    }

    /// Without certificate and key, coturn doesn't listen for TLS.
    private var servesTLS: Bool { !isOn("no-tls") && last("cert") != nil && last("pkey") != nil }

    private mutating func translateCertificate() {
        if let certificate = last("cert"), let key = last("pkey") {
            yaml.set("certificate", [certificate.value])
            yaml.set("private-key", [key.value])
        } else if let lonely = last("cert") ?? last("pkey") {
            note(lonely, "not translated: cert and pkey go in pairs")
        }
    }

    // MARK: Addresses

    /// The addresses of an option that may be repeated; what is no address is noted.
    mutating func ipAddresses(_ name: String) -> [IPAddress] {
        all(name).compactMap { option in
            let address = IPAddress(option.value)
            if address == nil { note(option, "not translated: not an IP address") }
            return address
        }
    }

    static func host(_ address: IPAddress) -> String {
        address.family == .ipv6 ? "[\(address)]" : "\(address)"
    }
}

extension TransportAddress {
    /// Reads `1.2.3.4:5`, `[1::2]:5` and, with a default port, an address alone.
    init?(coturn text: String, defaultPort: UInt16?) {
        if let address = TransportAddress(text[...]), address.port > 0 {
            self = address
            return
        }
        let isBracketed = text.hasPrefix("[") && text.hasSuffix("]")
        let host = isBracketed ? String(text.dropFirst().dropLast()) : text
        guard let defaultPort, let address = IPAddress(host) else { return nil }
        self.init(address, port: defaultPort)
    }
}
