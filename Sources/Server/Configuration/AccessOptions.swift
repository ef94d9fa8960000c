// SPDX-License-Identifier: Apache-2.0

/// What `serve` was told about who gets at a part of it that is not for everybody. Nobody does where both are nil.
struct AccessOptions: Sendable, Equatable {
    /// That a request on a listener that serves the web must have.
    var token: BearerToken?
    /// The path of a Unix socket.
    var socket: String?
}

extension AccessOptions {
    /// The options of one such part.
    struct Keys {
        let tokenFile: ConfigurationKey
        let socket: ConfigurationKey
        /// Of a token, in characters.
        let minimumLength: Int

        static let metrics = Keys(tokenFile: .metricsTokenFile, socket: .metricsSocket, minimumLength: 16)
        /// Whoever guesses this one can end calls.
        static let admin = Keys(tokenFile: .adminTokenFile, socket: .adminSocket, minimumLength: 32)
    }

    /// What the address of a Unix socket has room for in bytes, beside the zero at its end (unix(7)).
    static let socketPathLimit = 107

    /// - Parameter servesWeb: whether there is a listener that could answer.
    init(_ loader: ConfigurationLoader, _ keys: Keys, servesWeb: Bool) throws(StartupError) {
        token = try Self.token(loader, keys)
        guard token == nil || servesWeb else {
            throw .configuration(keys.tokenFile, "is for listeners that serve the web, and none does")
        }
        socket = loader.text(keys.socket)
        if let socket, !Self.isSocketPath(socket) {
            throw .configuration(keys.socket, "'\(socket)' is no path of 1 to \(Self.socketPathLimit) bytes")
        }
    }

    static func isSocketPath(_ path: String) -> Bool {
        1...socketPathLimit ~= path.utf8.count && !path.utf8.contains(0)
    }

    private static func token(_ loader: ConfigurationLoader, _ keys: Keys) throws(StartupError) -> BearerToken? {
        guard let path = loader.text(keys.tokenFile) else { return nil }
        let lines = TextFile.lines(of: try TextFile.read(secret: path, keys.tokenFile))
        guard lines.count == 1, let token = BearerToken(lines[0].text, minimumLength: keys.minimumLength) else {
            throw .configuration(
                keys.tokenFile,
                "'\(path)' does not hold one token, of \(keys.minimumLength) characters or more and without spaces"
            )
        }
        return token
    }
}
