// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation

/// Which server is asked.
struct AdminSocketOptions: ParsableArguments {
    private static let variable = "SWIFTTURN_ADMIN_SOCKET"
    private static let defaultPath = "/run/swiftturn/admin.sock"

    @Option(
        help: ArgumentHelp(
            "The --admin-socket of the server (default: \(Self.variable), or \(Self.defaultPath)).",
            valueName: "path"
        )
    )
    var socket: String?

    func client() throws(StartupError) -> AdminClient {
        let given = socket ?? ProcessInfo.processInfo.environment[Self.variable].flatMap { $0.isEmpty ? nil : $0 }
        return try AdminClient(socket: given ?? Self.defaultPath)
    }
}
