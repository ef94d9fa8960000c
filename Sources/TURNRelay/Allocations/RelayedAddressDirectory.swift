// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import Synchronization

/// The relayed transport addresses of all threads: which are taken, and which allocation a peer address means.
///
/// Shared and locked, and therefore asked when a route is not known yet, never for a packet of a bound channel.
package final class RelayedAddressDirectory: Sendable {
    struct Entry: Sendable {
        let handle: AllocationHandle
        let scope: AllocationScope
        var transport = RelayTransport.udp
    }

    fileprivate enum Use {
        case allocation(Entry)
        /// The second port of an EVEN-PORT pair, which only its token gets.
        case reserved(ReservationToken)
    }

    fileprivate struct State {
        var uses: [RelayedAddress: Use] = [:]
        var reservations: [ReservationToken: (address: RelayedAddress, expiresAt: NIODeadline)] = [:]
    }

    let hosts: [RelayAddress]
    private let ports: ClosedRange<UInt16>
    private let state = Mutex(State())
    private let changes = Atomic<UInt64>(0)

    /// - Parameter ports: browsers refuse candidates with ports below 1024.
    package init(hosts: [RelayAddress], ports: ClosedRange<UInt16>) {
        self.hosts = hosts
        self.ports = ports
    }

    package convenience init(_ mode: RelayMode) {
        switch mode {
        case .closed(let address): self.init(hosts: [RelayAddress(address)], ports: 1024...UInt16.max)
        case .open(let hosts, let ports): self.init(hosts: hosts, ports: ports)
        }
    }

    /// Changes when an address goes to nobody, or to another: routes that were resolved before are stale then.
    var generation: UInt64 { changes.load(ordering: .relaxed) }

    // MARK: Taking and giving back

    /// Takes an unused address for an allocation. Nil when all are in use.
    ///
    /// - Parameter even: ask for an even port, and with R set for one whose successor is free too (RFC 8656,
    ///   section 18.7).
    func register(
        _ entry: Entry,
        family: IPAddress.Family,
        even: EvenPort?,
        using generator: inout some RandomNumberGenerator
    ) -> RelayedAddress? {
        let hosts = hosts.filter { $0.external.family == family }
        guard !hosts.isEmpty else { return nil }
        let firstHost = Int.random(in: hosts.indices, using: &generator)
        let firstPort = UInt16.random(in: ports, using: &generator)
        return state.withLock { state in
            for index in hosts.indices {
                let host = hosts[(firstHost + index) % hosts.count]
                guard let address = state.unused(host, ports, from: firstPort, even: even) else { continue }
                state.uses[address] = .allocation(entry)
                return address
            }
            return nil
        }
    }

    /// Keeps the port after an even one for whoever brings the token. Nil when it was taken in the meantime.
    func reserve(
        after address: RelayedAddress,
        until expiry: NIODeadline,
        using generator: inout some RandomNumberGenerator
    ) -> ReservationToken? {
        let token = ReservationToken(value: UInt64.random(in: 0...UInt64.max, using: &generator))
        let next = RelayedAddress(host: address.host, port: address.port + 1)
        return state.withLock { state in
            guard state.uses[next] == nil else { return nil }
            state.uses[next] = .reserved(token)
            state.reservations[token] = (next, expiry)
            return token
        }
    }

    /// Gives a reserved address to an allocation, once.
    func redeem(_ token: ReservationToken, for entry: Entry, at now: NIODeadline) -> RelayedAddress? {
        state.withLock { state in
            guard let reservation = state.reservations.removeValue(forKey: token) else { return nil }
            guard reservation.expiresAt > now else {
                state.uses[reservation.address] = nil
                return nil
            }
            state.uses[reservation.address] = .allocation(entry)
            return reservation.address
        }
    }

    /// Frees what was reserved, unless it has been redeemed.
    func cancel(_ token: ReservationToken) {
        state.withLock { state in
            guard let reservation = state.reservations.removeValue(forKey: token) else { return }
            state.uses[reservation.address] = nil
        }
    }

    /// The allocation has moved: the address stays its own.
    func reassign(_ address: RelayedAddress, to entry: Entry) {
        state.withLock { $0.uses[address] = .allocation(entry) }
        changes.add(1, ordering: .relaxed)
    }

    func release(_ address: RelayedAddress) {
        state.withLock { $0.uses[address] = nil }
        changes.add(1, ordering: .relaxed)
    }

    /// Frees what was reserved and not asked for in time.
    func expireReservations(at now: NIODeadline) {
        state.withLock { state in
            for (token, reservation) in state.reservations where reservation.expiresAt <= now {
                state.reservations[token] = nil
                state.uses[reservation.address] = nil
            }
        }
    }

    // MARK: Looking up

    /// The relay address that an IP address is, in either of its forms.
    func host(of address: IPAddress) -> RelayAddress? {
        hosts.first { $0.external == address || $0.local == address }
    }

    /// The allocation behind a peer address in either of its forms, if it is one of the transport.
    func resolve(_ peer: TransportAddress, over transport: RelayTransport) -> Entry? {
        guard let host = host(of: peer.address) else { return nil }
        return state.withLock { state in
            guard case .allocation(let entry) = state.uses[RelayedAddress(host: host, port: peer.port)] else {
                return nil
            }
            return entry.transport == transport ? entry : nil
        }
    }

    /// How many are taken, by allocations and reservations.
    package var count: Int { state.withLock { $0.uses.count } }
}

extension RelayedAddressDirectory.State {
    /// A random start, then the next that is free: random enough while there is room, and it always ends.
    fileprivate func unused(
        _ host: RelayAddress,
        _ ports: ClosedRange<UInt16>,
        from first: UInt16,
        even: EvenPort?
    ) -> RelayedAddress? {
        var port = first
        repeat {
            let address = RelayedAddress(host: host, port: port)
            if uses[address] == nil, even.map({ suits(address, $0, ports) }) ?? true { return address }
            port = port == ports.upperBound ? ports.lowerBound : port + 1
        } while port != first
        return nil
    }

    private func suits(_ address: RelayedAddress, _ even: EvenPort, _ ports: ClosedRange<UInt16>) -> Bool {
        guard address.port.isMultiple(of: 2) else { return false }
        guard even.reserveNext else { return true }
        return address.port < ports.upperBound
            && uses[RelayedAddress(host: address.host, port: address.port + 1)] == nil
    }
}
