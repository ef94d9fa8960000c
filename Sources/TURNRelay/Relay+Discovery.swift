// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import STUNCodec

/// NAT behavior discovery (RFC 5780, section 6.1): Binding requests at sockets that were configured for it.
///
/// Needs no credentials and leaves nothing behind. Addresses of UDP can be forged, so a response goes to the IP address
/// that the request came from, at the rate of strangers, and is no longer than three times the request: the shortest
/// requests do not learn all addresses.
extension Relay {
    private static let discoveryAttributes: Set<AttributeType> = [.changeRequest, .responsePort, .padding]

    package func discover(
        _ bytes: RawSpan,
        from address: TransportAddress,
        at vantage: DiscoveryVantage,
        _ now: NIODeadline
    ) -> DiscoveryOutcome {
        guard let message = try? STUNMessageView(bytes), message.type == MessageType(.binding, .request),
            message.hasValidFingerprint != false
        else { return .otherMessage }
        guard strangers.take(address.address, at: now) else { return .drop(.strangerRate) }
        do throws(RequestError) {
            let outcome = try answer(message, from: address, at: vantage)
            counters.requests.count(.binding, code: 0)
            return outcome
        } catch {
            counters.count(error, of: .binding)
            let form = AnswerForm(to: message)
            let response = shortened(to: message, isProved: false) { brevity in
                seal(errorResponse(error, as: form, brevity), as: form, identity: nil, brevity)
            }
            return Self.outcome(response, origin: vantage.origin, destination: address)
        }
    }

    private func answer(
        _ message: borrowing STUNMessageView,
        from address: TransportAddress,
        at vantage: DiscoveryVantage
    ) throws(RequestError) -> DiscoveryOutcome {
        try refuseUnknownAttributes(in: message, realms.defaultRealm, except: Self.discoveryAttributes)
        let origin = vantage.origin(changing: try message.attribute(ChangeRequest.self))
        let destination = TransportAddress(address.address, port: try responsePort(of: message) ?? address.port)
        let form = AnswerForm(to: message)
        let response = shortened(to: message, isProved: false) { brevity in
            let response = reply(to: message, from: address, at: vantage, origin, brevity)
            return seal(response, as: form, identity: nil, brevity)
        }
        return Self.outcome(response, origin: origin, destination: destination)
    }

    private static func outcome(
        _ response: [UInt8]?,
        origin: TransportAddress,
        destination: TransportAddress
    ) -> DiscoveryOutcome {
        guard let response else { return .drop(.amplification) }
        return .reply(BindingReply(bytes: response, origin: origin, destination: destination))
    }

    private func reply(
        to message: borrowing STUNMessageView,
        from address: TransportAddress,
        at vantage: DiscoveryVantage,
        _ origin: TransportAddress,
        _ brevity: Brevity
    ) -> STUNMessageWriter {
        var response = STUNMessageWriter(
            type: MessageType(.binding, .successResponse),
            transactionID: message.transactionID
        )
        // > The server MUST include both MAPPED-ADDRESS and XOR-MAPPED-ADDRESS in its Response.
        response.append(XORMappedAddress(address: address))
        if brevity < .withoutReason { response.append(MappedAddress(address: address)) }
        if brevity < .withoutAlgorithms {
            response.append(ResponseOrigin(address: origin))
            response.append(OtherAddress(address: vantage.other))
        }
        if let padding = message.firstAttribute(.padding) {
            // > PADDING MUST be included in the Binding Response.
            // The RFC recommends the length of an MTU, which anybody could ask to be sent to a forged address. It is as
            // long as the client's, and zeros: nobody's bytes are sent on.
            response.append(Padding(bytes: Array(repeating: 0, count: padding.range.count)))
        }
        return response
    }

    private func responsePort(of message: borrowing STUNMessageView) throws(RequestError) -> UInt16? {
        guard let port = try message.attribute(ResponsePort.self)?.port else { return nil }
        guard port != 0 else { throw .badRequest("RESPONSE-PORT 0") }
        // > If the Request also contains the RESPONSE-PORT attribute the server MUST return an error response of type
        // > 400.
        guard message.firstAttribute(.padding) == nil else { throw .badRequest("RESPONSE-PORT excludes PADDING") }
        return port
    }
}
