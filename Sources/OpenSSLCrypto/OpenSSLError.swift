// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// Why a call into OpenSSL failed.
package struct OpenSSLError: Error, Sendable, CustomStringConvertible {
    /// What was attempted, as a noun phrase or a verb: "read a certificate".
    package let operation: String
    /// OpenSSL's reasons, the first cause first; never empty.
    package let reasons: [String]

    /// Takes the reasons from the calling thread's error queue and leaves the queue empty: an entry left behind would
    /// be blamed on the next call of the same thread.
    package init(operation: String) {
        self.operation = operation
        let reasons = Self.drainQueue()
        self.reasons = reasons.isEmpty ? ["no reason given"] : reasons
    }

    package init(operation: String, reason: String) {
        Self.discardQueue()
        self.operation = operation
        self.reasons = [reason]
    }

    package var description: String {
        "\(operation): \(reasons.joined(separator: ", "))"
    }

    /// Empties the calling thread's error queue. Before each record, so it looks first: there hardly ever is anything, and to
    /// empty the queue takes a thousand instructions.
    package static func discardQueue() {
        if ERR_peek_error() != 0 { ERR_clear_error() }
    }

    /// Empties the calling thread's error queue into words.
    package static func drainQueue() -> [String] {
        var reasons: [String] = []
        while true {
            let code = ERR_get_error()
            guard code != 0 else { return reasons }
            let text = unsafe ERR_reason_error_string(code).map { unsafe String(cString: $0) }
            reasons.append(text ?? "error \(String(code, radix: 16))")
        }
    }
}
