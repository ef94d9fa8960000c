// SPDX-License-Identifier: Apache-2.0

/// What a mapping or a filter depends on (RFC 4787, sections 4.1 and 5).
enum NATBehavior: String, Encodable, Sendable {
    case endpointIndependent = "endpoint independent"
    case addressDependent = "address dependent"
    case addressAndPortDependent = "address and port dependent"
}

/// How a NAT behaves.
struct NATResult: Encodable, Equatable {
    let local: String
    let mapped: String
    let isTranslated: Bool
    let keepsPort: Bool
    /// Whether the server can tell more than the mapped address.
    let hasOtherAddress: Bool
    let mapping: NATBehavior?
    let filtering: NATBehavior?
    let hairpin: Bool?

    /// What it means for calls.
    var meaning: String {
        guard hasOtherAddress else {
            return "The server has no second address and port (RFC 5780): mapping and filtering can't be told with it."
                + (isTranslated ? "" : " There is no NAT on the way to it.")
        }
        guard isTranslated else { return meaningWithoutNAT }
        switch mapping {
        case .endpointIndependent:
            return
                "Good for direct calls: every peer sees the same address, so a STUN server's answer is right for all."
        case .addressDependent, .addressAndPortDependent:
            return "Hard for direct calls: each peer sees another address than the STUN server. They work only with a"
                + " peer that has no such NAT; with others a TURN relay is needed."
        case nil:
            return "The server's other address did not answer: mapping can't be told."
        }
    }

    private var meaningWithoutNAT: String {
        switch filtering {
        case .endpointIndependent: "No NAT and no filter: anybody can send to this machine, and direct calls work."
        case .addressDependent, .addressAndPortDependent:
            "No NAT, but a firewall that lets answers alone in: direct calls work when both ends send, as ICE does."
        case nil: "No NAT. The server did not answer from its other address as asked: filtering can't be told."
        }
    }

    /// Names and values, in the order to show them.
    var lines: [(String, String)] {
        let unknown = "not known"
        var lines = [("local address", local), ("mapped address", mapped)]
        lines.append(("NAT", isTranslated ? "yes, \(keepsPort ? "keeps" : "changes") the port" : "no"))
        if isTranslated { lines.append(("mapping", mapping?.rawValue ?? unknown)) }
        lines.append(("filtering", filtering?.rawValue ?? unknown))
        if let hairpin { lines.append(("hairpin", hairpin ? "yes" : "no")) }
        return lines
    }
}
