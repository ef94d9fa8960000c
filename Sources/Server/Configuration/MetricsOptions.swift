// SPDX-License-Identifier: Apache-2.0

/// What `serve` was told about who may read its metrics. Nobody may where both are nil.
struct MetricsOptions: Sendable, Equatable {
    /// That a request for `/metrics` must have.
    var token: MetricsToken?
    /// The path of a Unix socket.
    var socket: String?
}

extension MetricsOptions {
    /// What the address of a Unix socket has room for in bytes, beside the zero at its end (unix(7)).
    static let socketPathLimit = 107

    /// - Parameter servesWeb: whether there is a listener that could answer.
    init(_ loader: ConfigurationLoader, servesWeb: Bool) throws(StartupError) {
        token = try Self.token(loader)
        guard token == nil || servesWeb else {
            throw .configuration(.metricsTokenFile, "is for listeners that serve the web, and none does")
        }
        socket = loader.text(.metricsSocket)
        if let socket, !(1...Self.socketPathLimit ~= socket.utf8.count) || socket.utf8.contains(0) {
            throw .configuration(
                .metricsSocket,
                "'\(socket)' is no path of 1 to \(Self.socketPathLimit) bytes"
            )
        }
    }

    private static func token(_ loader: ConfigurationLoader) throws(StartupError) -> MetricsToken? {
        guard let path = loader.text(.metricsTokenFile) else { return nil }
        let lines = TextFile.lines(of: try TextFile.read(secret: path, .metricsTokenFile))
        guard lines.count == 1, let token = MetricsToken(lines[0].text) else {
            throw .configuration(
                .metricsTokenFile,
                "'\(path)' does not hold one token, of \(MetricsToken.minimumLength) characters or"
                    + " more and without spaces"
            )
        }
        return token
    }
}
