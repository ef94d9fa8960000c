// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// The date format of HTTP headers (RFC 9110, section 5.6.7), its preferred form.
enum HTTPDate {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Seconds since 1970.
    static func seconds(_ text: String) -> Int64? {
        // Sun, 06 Nov 1994 08:49:37 GMT
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let month = months.firstIndex(of: String(words[2])) else {
            return nil
        }
        let clock = words[4].split(separator: ":").compactMap { Int32($0) }
        guard clock.count == 3, let day = Int32(words[1]), let year = Int32(words[3]), 1970...9999 ~= year else {
            return nil
        }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (year - 1900, Int32(month), day)
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (clock[0], clock[1], clock[2])
        return Int64(timegm(&parts))
    }
}

/// The date format of JSON (RFC 3339).
enum JSONDate {
    /// Seconds since 1970.
    static func seconds(_ text: String) -> Int64? {
        let date =
            (try? Date(text, strategy: .iso8601))
            ?? (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
        // What a calendar has no year for is no time to wait until.
        return date.flatMap { Int64(exactly: $0.timeIntervalSince1970.rounded(.down)) }
    }
}
