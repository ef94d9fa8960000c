// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `swiftturn kick`.
struct Kick: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Throw somebody out of a running server.",
        discussion: """
            A member or a room loses its media, too. Nobody is kept from coming back: for that, take away a credential, or \
            lock the room. The exit code is 67 when there is nobody to throw out.
            """
    )

    @OptionGroup var options: AdminSocketOptions

    @Option(help: ArgumentHelp("A TURN session, as 'swiftturn sessions' shows it.", valueName: "id"))
    var session: String?

    @Option(help: ArgumentHelp("All TURN sessions of a user.", valueName: "name"))
    var user: String?

    @Option(help: ArgumentHelp("A member of a room, as 'swiftturn rooms' shows it.", valueName: "id"))
    var member: String?

    @Option(help: ArgumentHelp("Everybody in a room, and at its door.", valueName: "name"))
    var room: String?

    func validate() throws {
        guard [session, user, member, room].compactMap(\.self).count == 1 else {
            throw ValidationError("Give one of --session, --user, --member and --room.")
        }
    }

    func run() async throws {
        try await reportingErrors {
            let request = KickRequest(session: session, user: user, member: member, room: room)
            let answer = try await options.client().kick(request)
            let what = member ?? room == nil ? "session" : "member"
            printOutput("ended: \(AmountText.count(answer.ended, what))")
        }
    }
}
