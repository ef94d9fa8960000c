// SPDX-License-Identifier: Apache-2.0

package import STUNCodec

/// NAT behavior discovery (RFC 5780, section 6.1): Binding requests at sockets that were configured for it.
///
/// Needs no credentials and leaves nothing behind. Addresses of UDP can be forged, so a response goes to the IP address
/// that the request came from, and is little longer than the request.
extension Relay {
    private static let discoveryAttributes: Set<AttributeType> = [.changeRequest, .responsePort, .padding]

    /// - Returns: nil for what is no Binding request, which is to be taken as at any other socket.
    package func discover(
        _ bytes: RawSpan,
        from address: TransportAddress,
        at vantage: DiscoveryVantage
    ) -> BindingReply? {
        guard let message = try? STUNMessageView(bytes), message.type == MessageType(.binding, .request),
            message.hasValidFingerprint != false
        else { return nil }
        do throws(RequestError) {
            return try answer(message, from: address, at: vantage)
        } catch {
            let response = seal(errorResponse(error, to: message), for: message, identity: nil)
            return BindingReply(bytes: response, origin: vantage.origin, destination: address)
        }
    }

    private func answer(
        _ message: borrowing STUNMessageView,
        from address: TransportAddress,
        at vantage: DiscoveryVantage
    ) throws(RequestError) -> BindingReply {
        try refuseUnknownAttributes(in: message, realms.defaultRealm, except: Self.discoveryAttributes)
        let origin = vantage.origin(changing: try message.attribute(ChangeRequest.self))
        let destination = TransportAddress(address.address, port: try responsePort(of: message) ?? address.port)
        var response = STUNMessageWriter(
            type: MessageType(.binding, .successResponse),
            transactionID: message.transactionID
        )
        // > The server MUST include both MAPPED-ADDRESS and XOR-MAPPED-ADDRESS in its Response.
        response.append(XORMappedAddress(address: address))
        response.append(MappedAddress(address: address))
        response.append(ResponseOrigin(address: origin))
        response.append(OtherAddress(address: vantage.other))
        if let padding = message.firstAttribute(.padding) {
            // > PADDING MUST be included in the Binding Response.
            // The RFC recommends the length of an MTU, which anybody could ask to be sent to a forged address. It is as
            // long as the client's, and zeros: nobody's bytes are sent on.
            response.append(Padding(bytes: Array(repeating: 0, count: padding.range.count)))
        }
        return BindingReply(
            bytes: seal(response, for: message, identity: nil),
            origin: origin,
            destination: destination
        )
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
