// SPDX-License-Identifier: Apache-2.0

/// A client (a 5-tuple) of one relay: a slot that is used again, and a number that is not.
package struct ClientID: Hashable, Sendable {
    package let slot: Int
    let generation: UInt32
}

/// An allocation anywhere in this server. Stays valid as a value after the allocation is gone, and then finds nothing.
package struct AllocationHandle: Hashable, Sendable {
    /// Index of the thread whose relay holds the allocation.
    package let loop: Int
    let client: ClientID
    /// Tells successive allocations of one client apart.
    let serial: UInt32
}
