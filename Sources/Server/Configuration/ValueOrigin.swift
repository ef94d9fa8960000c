// SPDX-License-Identifier: Apache-2.0

/// Where the value of an option was given.
enum ValueOrigin: Sendable, Equatable {
    case flag(String)
    case environment(String)
    case file(path: String, line: Int)

    /// What an error begins with. What somebody has just typed needs no place.
    var place: String? {
        if case .flag = self { nil } else { description }
    }
}

extension ValueOrigin: CustomStringConvertible {
    var description: String {
        switch self {
        case .flag(let name): "flag \(name)"
        case .environment(let name): "environment \(name)"
        case .file(let path, let line): "\(path):\(line)"
        }
    }
}

/// Of all options that were given.
typealias ValueOrigins = [ConfigurationKey: ValueOrigin]
