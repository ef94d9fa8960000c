// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TURNCredentials

@testable import TURNRelay

/// Events, and what must be true of what they lead to.
extension RelayWorld {
    func say(_ message: FuzzMessage?) {
        guard let message else { return }
        message.client.lastRequest = message.bytes
        message.client.lastWasProved = message.isProved
        take(message)
        doDeferredWork()
    }

    /// Messages and those that waited.
    func take(_ message: FuzzMessage) {
        let before = state(of: message.client)?.allocation?.handle
        let hadClaim = state(of: message.client)?.claim != nil
        let quotaBefore = quotaInUse
        let outcome = receive(message)
        follow(message.client)
        let after = message.client.allocation
        let isDraining = relays[message.client.loop].isDraining
        require(quotaInUse <= quotaBefore || !isDraining, "a relay that stops made an allocation")
        require(quotaInUse <= quotaBefore || message.isProved, "a request that proves nothing made an allocation")
        // The first message from a new 5-tuple takes what was granted to it before.
        require(message.isProved || after == before || hadClaim, "a request that proves nothing changed an allocation")
        switch outcome {
        case .respond(let response): check(response, to: message)
        case .forward(let range, let route, _): checkSend(message, range, route)
        case .pending: require(message.isProved || hadClaim, "a stranger's message is kept")
        case .bind(let response, let connection, _):
            check(response, to: message)
            require(connections.isBound(connection), "a connection is bound, and is not")
            release(message.client)
        case .drop: break
        }
    }

    /// A retransmission.
    func repeatLast(_ byte: UInt8) {
        guard let client = client(byte), let bytes = client.lastRequest else { return }
        say(FuzzMessage(client: client, bytes: bytes, isProved: client.lastWasProved))
    }

    private func receive(_ message: FuzzMessage) -> RelayOutcome {
        let client = message.client
        if let id = client.id { return relays[client.loop].receive(message.bytes.rawSpan, from: id, at: now) }
        guard client.isDatagram else { return .drop(.noAllocation) }
        let count = attachedCount(of: client.loop)
        let (outcome, id) = relays[client.loop].receive(
            message.bytes.rawSpan,
            fromStranger: client.address,
            at: now
        )
        require(attachedCount(of: client.loop) == count + (id == nil ? 0 : 1), "a stranger left something behind")
        client.id = id
        return outcome
    }

    private func attachedCount(of loop: Int) -> Int {
        relays[loop].clientCount - detachedClients(of: loop).count
    }

    // MARK: Answers

    private func check(_ response: [UInt8], to message: FuzzMessage) {
        guard let request = try? STUNMessageView(message.bytes.rawSpan),
            let answer = try? STUNMessageView(response.rawSpan)
        else { fatalError("an answer that is no message, or to none") }
        require(answer.transactionID == request.transactionID, "an answer to another request")
        require(answer.type.method == request.type.method, "an answer of another method")
        checkForm(of: answer)
        let hasMAC =
            answer.firstAttribute(.messageIntegrity) != nil || answer.firstAttribute(.messageIntegritySHA256) != nil
        require(message.isProved || !hasMAC, "a MAC for somebody who proved nothing")
        if message.client.isDatagram, !hasMAC {
            require(response.count <= 3 * message.bytes.count, "an answer of more than three times the request")
        }
        guard answer.type.messageClass == .successResponse else { return }
        require(message.isProved || request.type.method == .binding, "success without proof")
        note(request, message.client)
        if let token = try? answer.value(ReservationToken.self), !tokens.contains(token) { tokens.append(token) }
        if let ticket = try? answer.value(MobilityTicket.self)?.bytes, !ticketTexts.contains(ticket) {
            ticketTexts.append(ticket)
        }
    }

    private func checkForm(of answer: STUNMessageView) {
        let isError = answer.type.messageClass == .errorResponse
        require(isError || answer.type.messageClass == .successResponse, "an answer that is none")
        require(isError == (answer.firstAttribute(.errorCode) != nil), "ERROR-CODE is missing, or out of place")
        require(answer.hasValidFingerprint != false, "a wrong FINGERPRINT")
        var attributes = answer.attributes
        while let attribute = attributes.next() {
            let padding = answer.bytes(in: attribute.range.upperBound..<attribute.end).array
            require(padding.allSatisfy { $0 == 0 }, "padding that is not zero")
        }
    }

    /// Keeps what a request was granted.
    private func note(_ request: STUNMessageView, _ client: FuzzClient) {
        guard var peers = try? request.values(XORPeerAddress.self).map({ seen($0.address) }) else { return }
        // A ChannelBind has one; more are not looked at.
        if request.type.method == .channelBind { peers = Array(peers.prefix(1)) }
        let permitted = now.uptime + configuration.permissionLifetime
        switch request.type.method {
        case .createPermission:
            client.grants.permit(peers.map(\.address), until: permitted)
        case .channelBind:
            guard let channel = try? request.value(ChannelNumber.self), let peer = peers.first else {
                fatalError("a channel without a number or a peer")
            }
            client.grants.permit([peer.address], until: permitted)
            client.grants.bind(channel, to: peer, until: now.uptime + configuration.channelLifetime, at: now.uptime)
        default: return
        }
        for peer in peers {
            let isHere = directory.host(of: peer.address) != nil
            require(isHere || isReachable(peer.address), "a permission for \(peer), which is denied")
        }
    }

    // MARK: Payloads

    private func checkSend(_ message: FuzzMessage, _ range: Range<Int>, _ route: Route) {
        guard let view = try? STUNMessageView(message.bytes.rawSpan),
            let peer = (try? view.value(XORPeerAddress.self)).map({ seen($0.address) })
        else { fatalError("a payload of something that is no message") }
        require(view.firstAttribute(.data)?.range == range, "a payload that is not the DATA attribute")
        let grants = message.client.grants
        require(grants.isPermitted(peer.address, at: now.uptime), "data for \(peer) without a permission")
        check(route, to: peer, from: message.client)
    }

    func sendOnChannel(_ byte: UInt8, _ channel: ChannelNumber) {
        guard let client = client(byte), let id = client.id else { return }
        let routing = relays[client.loop].route(channel: channel, from: id, at: now.uptime)
        // It takes what was granted.
        follow(client)
        doDeferredWork()
        guard case .forward(let route) = routing else { return }
        guard let peer = client.grants.peer(of: channel, at: now.uptime) else {
            fatalError("data on an unbound channel")
        }
        check(route, to: peer, from: client)
        _ = relays[client.loop].admit(Int(byte) * 8, of: id, at: now.uptime)
    }

    private func check(_ route: Route, to peer: TransportAddress, from client: FuzzClient) {
        guard let allocation = state(of: client)?.allocation else { fatalError("data without an allocation") }
        guard let own = allocation.endpoint(peer.address.family) else { fatalError("data from another family") }
        switch route {
        case .peer(let target, let socket):
            require(target == peer && own.socket == socket, "data for \(peer) goes to \(target), or from elsewhere")
            require(isReachable(peer.address), "data for \(peer), which is denied")
        case .allocation(let passage):
            let target = allocations.first { $0.handle == passage.target }
            require(target != nil, "data for an allocation that is gone")
            require(target?.endpoints.contains { $0.address.external == peer } == true, "data for another allocation")
            require(passage.source == own.address.external, "data from an address that is another's")
            require(target?.scope == allocation.scope, "data from one room or realm to another")
        }
    }

    /// A datagram of a peer, and the ICMP error that one met.
    func receiveFromPeer(_ byte: UInt8, _ peer: TransportAddress, _ decisions: inout Decisions) {
        guard let client = client(byte), let id = client.id, let handle = client.allocation else { return }
        let grants = client.grants
        let passage = Passage(target: handle, source: peer)
        let isAdmitted: Bool
        switch relays[client.loop].deliver(passage, at: now.uptime) {
        case .channelData(let target, let channel):
            require(target == id && grants.peer(of: channel, at: now.uptime) == peer, "data on a wrong channel")
            isAdmitted = true
        case .dataIndication(let target):
            require(target == id && grants.isPermitted(peer.address, at: now.uptime), "data without a permission")
            isAdmitted = true
        case .drop:
            isAdmitted = false
        }
        let isExpected =
            grants.channel(toward: peer, at: now.uptime) != nil || grants.isPermitted(peer.address, at: now.uptime)
        require(isAdmitted == isExpected, "data of \(peer) is dropped, or is not")
        let icmp = ICMPAttribute(type: decisions.byte() % 16, code: 1, errorData: 0)
        let told = relays[client.loop].recipient(of: icmp, along: passage, at: now.uptime)
        require(told == nil || told == id && isExpected, "an ICMP error is told to somebody else")
    }

    // MARK: NAT behavior discovery

    func discover(_ bytes: [UInt8], changes: UInt8) {
        let vantage = DiscoveryVantage(
            origin: TransportAddress(FuzzAddress.relayIPv4.external, port: 3478),
            other: TransportAddress(FuzzAddress.alternate.address, port: 3479)
        )
        let source = FuzzAddress.client(Int(changes))
        let outcome = relays[0].discover(bytes.rawSpan, from: source, at: vantage, now.uptime)
        guard case .reply(let reply) = outcome else { return }
        require(reply.bytes.count <= 3 * bytes.count, "an answer of more than three times the request")
        require(reply.destination.address == source.address, "an answer to somebody else")
        require([vantage.origin.address, vantage.other.address].contains(reply.origin.address), "a wrong origin")
        guard let answer = try? STUNMessageView(reply.bytes.rawSpan) else { fatalError("an answer that is none") }
        checkForm(of: answer)
        let padding = answer.firstAttribute(.padding).map { answer.bytes(in: $0.range).array } ?? []
        require(padding.allSatisfy { $0 == 0 }, "bytes of somebody are sent on")
    }

    // MARK: Addresses

    /// Of the two forms of a relayed address, the one that others see.
    private func seen(_ peer: TransportAddress) -> TransportAddress {
        directory.host(of: peer.address).map { TransportAddress($0.external, port: peer.port) } ?? peer
    }

    private func isReachable(_ peer: IPAddress) -> Bool {
        configuration.mode.isOpen && FuzzAddress.rules.allows(peer)
    }
}
