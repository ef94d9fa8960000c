// SPDX-License-Identifier: Apache-2.0

import STUNCodec

@testable import TURNRelay

/// What relays say to each other, which takes a while.
extension RelayWorld {
    /// Takes what relays leave to their loops: messages for other relays into the mail, and those that waited to them
    /// again.
    func doDeferredWork() {
        while let loop = relays.indices.first(where: { !relays[$0].deferred.isEmpty }) {
            for work in relays[loop].takeDeferred() {
                switch work {
                case .post(let message, let target): mail.append((message, target))
                case .receive(let bytes, let id): take(bytes, again: id, loop)
                case .send: break
                }
            }
        }
    }

    /// A message that waited was proved when it came first, or it is a Send indication.
    private func take(_ bytes: [UInt8], again id: ClientID, _ loop: Int) {
        guard let client = clients.first(where: { $0.loop == loop && $0.id == id }) else { return }
        let isRequest = (try? STUNMessageView(bytes.rawSpan))?.type.messageClass == .request
        take(FuzzMessage(client: client, bytes: bytes, isProved: isRequest))
    }

    /// - Parameter count: of messages; nil for all, and what they lead to.
    func deliverMail(_ count: Int? = nil) {
        var remaining = count ?? .max
        doDeferredWork()
        while !mail.isEmpty, remaining > 0 {
            let (message, loop) = mail.removeFirst()
            relays[loop].receive(message, at: now.uptime)
            doDeferredWork()
            remaining -= 1
        }
    }

    /// Clients whose connection has ended, with an allocation that waits for them.
    func detachedClients(of loop: Int) -> [Client] {
        relays[loop].clients.slots.compactMap { $0 }.filter(\.isDetached)
    }

    /// All that there are, those between two relays too.
    var allocations: [Allocation] {
        let atHome = relays.flatMap { $0.clients.slots.compactMap { $0?.allocation } }
        return atHome
            + mail.compactMap { item in
                guard case .handOver(let handedOver) = item.message else { return nil }
                return handedOver.allocation
            }
    }

    func checkMobility() {
        for allocation in allocations {
            let texts = allocation.mobility?.tickets ?? []
            require(texts.count <= 2, "\(texts.count) tickets of one allocation")
            require(texts.allSatisfy { tickets?.owner(of: $0) == allocation.handle }, "a ticket that leads elsewhere")
        }
        let count = allocations.map { $0.mobility?.tickets.count ?? 0 }.reduce(0, +)
        require(tickets?.count ?? 0 == count, "tickets that no allocation has")
        for loop in relays.indices {
            require(detachedClients(of: loop).allSatisfy { $0.allocation != nil }, "a client that nobody has is left")
        }
        for client in clients {
            guard let state = state(of: client) else { continue }
            require(state.claim == nil || state.allocation == nil, "an allocation and a claim")
            require(state.claim?.waiting.count ?? 0 <= Claim.waitingLimit, "too much waits")
        }
    }
}
