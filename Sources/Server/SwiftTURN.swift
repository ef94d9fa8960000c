// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

@main
struct SwiftTURN: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "swiftturn",
        abstract: "Video calls and TURN behind the most restrictive firewalls: everything on one TCP port.",
        version: Version.current,
        subcommands: [
            Serve.self, Check.self, Status.self, Sessions.self, Rooms.self, Kick.self, Drain.self, LogLevel.self,
            Probe.self,
            Credentials.self, Users.self, ImportCoturn.self,
        ]
    )
}
