// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import STUNCodec

/// A TURN client on one connection.
package struct TURNConnection: Sendable {
    package let channel: any Channel
    /// Payloads in the order of their arrival, until the connection ends.
    package let data: AsyncStream<RelayedData>
    private let handler: NIOLoopBound<TURNClientHandler>
    /// Payloads that nobody took yet; beyond that, the oldest go.
    private static let dataBufferLimit = 4096

    /// Makes a connected channel a TURN client's. Plain bytes arrive at and leave from the end of its pipeline.
    ///
    /// - Parameters:
    ///   - timeout: how long to wait for each answer; the RFC's value is 39.5 seconds (RFC 8489, section 6.2.2).
    ///   - isDatagram: requests are sent again until they are answered (section 6.2.1). A ``DatagramAdapter`` is in
    ///     the pipeline already.
    package static func attach(
        to channel: any Channel,
        credential: TURNCredential?,
        timeout: TimeAmount = .milliseconds(39_500),
        isDatagram: Bool = false
    ) async throws -> TURNConnection {
        try await channel.eventLoop.submit {
            let (data, continuation) = AsyncStream.makeStream(
                of: RelayedData.self,
                bufferingPolicy: .bufferingNewest(dataBufferLimit)
            )
            let handler = TURNClientHandler(
                session: ClientSession(credential: credential),
                timeout: timeout,
                isDatagram: isDatagram,
                receiver: RelayedDataStream(continuation)
            )
            try channel.pipeline.syncOperations.addHandler(handler)
            channel.closeFuture.whenComplete { _ in continuation.finish() }
            let bound = NIOLoopBound(handler, eventLoop: channel.eventLoop)
            return TURNConnection(channel: channel, data: data, handler: bound)
        }.get()
    }

    // MARK: Requests

    /// Sends a request once and gives the answer, whatever it is.
    package func request(_ method: Method, _ values: [any STUNAttributeValue] = []) async throws -> TURNResponse {
        try await channel.eventLoop.flatSubmit {
            let promise = channel.eventLoop.makePromise(of: TURNResponse.self)
            handler.value.request(method, values, promise: promise)
            return promise.futureResult
        }.get()
    }

    /// Sends a request, answers a challenge (401 at first, 438 at any time) once, and gives the success.
    package func perform(_ method: Method, _ values: [any STUNAttributeValue] = []) async throws -> TURNResponse {
        var response = try await request(method, values)
        for challenge in [401, 438] where response.error?.code == challenge {
            response = try await request(method, values)
        }
        if let error = response.error {
            if error.code == 300, let server = response.value(AlternateServer.self)?.address {
                throw TURNClientError.redirected(method, to: server)
            }
            throw TURNClientError.refused(method, code: error.code, reason: error.reason)
        }
        return response
    }

    /// - Returns: the client's address as the server sees it.
    package func binding() async throws -> TransportAddress {
        try await perform(.binding).required(XORMappedAddress.self).address
    }

    /// - Returns: the relayed transport address.
    package func allocate() async throws -> TransportAddress {
        try await perform(.allocate, [RequestedTransport.udp]).required(XORRelayedAddress.self).address
    }

    /// - Parameter lifetime: in seconds; 0 deletes the allocation.
    package func refresh(lifetime: UInt32) async throws {
        _ = try await perform(.refresh, [Lifetime(seconds: lifetime)])
    }

    package func createPermission(for peer: TransportAddress) async throws {
        _ = try await perform(.createPermission, [XORPeerAddress(address: peer)])
    }

    package func bind(_ channel: ChannelNumber, to peer: TransportAddress) async throws {
        _ = try await perform(.channelBind, [channel, XORPeerAddress(address: peer)])
    }

    // MARK: Data

    package func send(_ payload: ByteBuffer, on channel: ChannelNumber) {
        self.channel.eventLoop.execute { handler.value.send(payload, by: .channel(channel)) }
    }

    package func send(_ payload: ByteBuffer, to peer: TransportAddress) {
        channel.eventLoop.execute { handler.value.send(payload, by: .indication(peer: peer)) }
    }

    /// The client on its event loop, for who sends and receives there without any hop. Only to be called on that loop.
    package var onEventLoop: TURNClientHandler { handler.value }

    package func close() async {
        try? await channel.close()
    }
}
