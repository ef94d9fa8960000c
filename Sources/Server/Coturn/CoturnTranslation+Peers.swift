// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import TURNRelay

extension CoturnTranslation {
    /// In coturn what is allowed wins over what is denied; here it is the other way around. What is allowed is therefore
    /// taken out of what is denied.
    mutating func translatePeers() {
        var allowed = ranges("allowed-peer-ip")
        if isOn("allow-loopback-peers") { allowed += Self.loopback }
        let denied = AddressRange.subtract(allowed, from: ranges("denied-peer-ip"))
        yaml.comment("Private and other special-purpose peer addresses are denied unless allow-peer names them.")
        yaml.set("allow-peer", allowed.flatMap(\.networks).map(\.description))
        yaml.set("deny-peer", denied.flatMap(\.networks).map(\.description))
    }

    private static let loopback = [
        AddressRange(network: IPNetwork(around: IPAddress(ipv4: 0x7F00_0000), prefixLength: 8)),
        AddressRange(network: IPNetwork(IPAddress(ipv6High: 0, low: 1))),
    ]

    private mutating func ranges(_ name: String) -> [AddressRange] {
        all(name).compactMap { option in
            let range = AddressRange(option.value)
            if range == nil { note(option, "not translated: not ADDRESS or FIRST-LAST") }
            return range
        }
    }
}

/// The addresses from one through another of the same family.
struct AddressRange: Equatable {
    let family: IPAddress.Family
    let bounds: ClosedRange<UInt128>

    init(network: IPNetwork) {
        family = network.address.family
        let first = network.address.bits
        bounds = first...(first | ~(~0 << UInt128(family.width - network.prefixLength)))
    }

    private init(family: IPAddress.Family, bounds: ClosedRange<UInt128>) {
        self.family = family
        self.bounds = bounds
    }

    /// Reads `FIRST-LAST`, an address or a network.
    init?(_ text: String) {
        if let network = try? IPNetwork(text) {
            self.init(network: network)
            return
        }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).compactMap { IPAddress(String($0)) }
        guard ends.count == 2, ends[0].family == ends[1].family, ends[0].bits <= ends[1].bits else { return nil }
        self.init(family: ends[0].family, bounds: ends[0].bits...ends[1].bits)
    }

    var networks: [IPNetwork] {
        let ends = [bounds.lowerBound, bounds.upperBound].map { IPAddress(family: family, bits: $0) }
        return IPNetwork.covering(ends[0], through: ends[1]) ?? []
    }

    static func subtract(_ holes: [AddressRange], from ranges: [AddressRange]) -> [AddressRange] {
        holes.reduce(ranges) { ranges, hole in ranges.flatMap { $0.subtracting(hole) } }
    }

    /// What is left before and after a hole.
    private func subtracting(_ hole: AddressRange) -> [AddressRange] {
        guard hole.family == family, hole.bounds.overlaps(bounds) else { return [self] }
        var rest: [AddressRange] = []
        if bounds.lowerBound < hole.bounds.lowerBound {
            rest.append(AddressRange(family: family, bounds: bounds.lowerBound...hole.bounds.lowerBound - 1))
        }
        if hole.bounds.upperBound < bounds.upperBound {
            rest.append(AddressRange(family: family, bounds: hole.bounds.upperBound + 1...bounds.upperBound))
        }
        return rest
    }
}
