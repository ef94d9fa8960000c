// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The flags of `serve` for who may look after it while it runs.
struct AdminOptionGroup: ParsableArguments {
    @Option(
        help: .option(
            .adminSocket,
            "Obey 'swiftturn status', 'kick' and their like on a Unix socket, for its user and group.",
            valueName: "path"
        )
    )
    var adminSocket: String?

    @Option(
        help: .option(
            .adminTokenFile,
            "Serve /admin, a page for the same, to who has the token in this file, of at least 32 characters.",
            valueName: "file"
        )
    )
    var adminTokenFile: String?

    func add(to values: inout GivenOptions) {
        values.add(texts: [(.adminSocket, adminSocket), (.adminTokenFile, adminTokenFile)])
    }
}
