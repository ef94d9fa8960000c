// SPDX-License-Identifier: Apache-2.0

import Foundation
import OpenSSLCrypto
import OpenSSLTLS

/// Whether the clock can be right. Credentials and certificates are good for a time.
struct ClockCheck {
    let now: Int64
    let identities: [TLSIdentity]

    var finding: Finding {
        let text = Date(timeIntervalSince1970: TimeInterval(now)).formatted(.iso8601)
        if let earliest = Self.programTime, now < earliest {
            return Finding(level: .error, subject: "clock", text: "\(text) is before this program was made")
        }
        if identities.contains(where: { now < $0.summary.notBefore }) {
            return Finding(level: .error, subject: "clock", text: "\(text) is before a certificate was made")
        }
        let isSynchronized = FileManager.default.fileExists(atPath: "/run/systemd/timesync/synchronized")
        return Finding(
            level: .ok,
            subject: "clock",
            text: isSynchronized ? "\(text), synchronized" : "\(text); whether it is synchronized is not known"
        )
    }

    /// When the file of this program was written.
    private static var programTime: Int64? {
        let path = Bundle.main.executableURL?.resolvingSymlinksInPath().path ?? ""
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.modificationDate] as? Date).map { Int64($0.timeIntervalSince1970) }
    }
}
