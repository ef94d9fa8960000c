// SPDX-License-Identifier: Apache-2.0

package import STUNCodec

extension IPNetwork {
    /// The fewest networks that hold all addresses from `first` through `last` and no other; nil for addresses of two
    /// families or in the wrong order.
    package static func covering(_ first: IPAddress, through last: IPAddress) -> [IPNetwork]? {
        let family = first.family
        guard last.family == family, first.bits <= last.bits else { return nil }
        var networks: [IPNetwork] = []
        var next = first.bits
        while true {
            let suffix = longestSuffix(at: next, through: last.bits, width: family.width)
            networks.append(
                IPNetwork(around: IPAddress(family: family, bits: next), prefixLength: family.width - suffix)
            )
            let end = next | .lowest(suffix)
            guard end < last.bits else { return networks }
            next = end + 1
        }
    }

    /// The most bits that may vary in a network that begins at `start` and does not go past `last`.
    private static func longestSuffix(at start: UInt128, through last: UInt128, width: Int) -> Int {
        var suffix = 0
        while suffix < width, start & .lowest(suffix + 1) == 0, start | .lowest(suffix + 1) <= last {
            suffix += 1
        }
        return suffix
    }
}
