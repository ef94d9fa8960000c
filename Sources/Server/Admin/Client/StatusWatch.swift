// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Shows the state of a server again and again, until Ctrl-C: on a terminal on one screen, elsewhere a line each second.
struct StatusWatch {
    private static let interval = Duration.seconds(1)
    /// Entering the other screen of a terminal, whose lines are cut and not wrapped, and leaving it (xterm's control sequences).
    private static let enter = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l"
    private static let leave = "\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"

    let client: AdminClient
    let isTerminal: Bool
    let terminal: TerminalText
    let write: @Sendable (String) -> Void

    func run() async throws {
        if isTerminal { write(Self.enter) }
        defer { if isTerminal { write(Self.leave) } }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await Interruption.wait() }
            tasks.addTask { try await follow() }
            defer { tasks.cancelAll() }
            _ = try await tasks.next()
        }
    }

    private func follow() async throws {
        var earlier = try await client.status()
        if isTerminal { try await show(earlier, nil) }
        while true {
            // Not to be taken for Ctrl-C.
            guard (try? await Task.sleep(for: Self.interval)) != nil else { return }
            let status = try await client.status()
            let rates = StatusRates(from: earlier, to: status)
            earlier = status
            if isTerminal {
                try await show(status, rates)
            } else {
                write(StatusText(status: status, rates: rates).line + "\n")
            }
        }
    }

    private func show(_ status: AdminStatus, _ rates: StatusRates?) async throws {
        let sessions = try await client.sessions(sort: "rate", limit: 100)
        let lines =
            StatusText(status: status, rates: rates, terminal: terminal).lines + [""]
            + ListingText(now: status.now, terminal: terminal).lines(sessions)
        write(Self.frame(lines, rows: Self.rows))
    }

    /// Over what was there before, without a blank moment between.
    static func frame(_ lines: [String], rows: Int) -> String {
        "\u{1B}[H" + lines.prefix(rows).map { $0 + "\u{1B}[K" }.joined(separator: "\r\n") + "\u{1B}[J"
    }

    /// Of the terminal.
    private static var rows: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 else { return 24 }
        return Int(size.ws_row)
    }
}
