// SPDX-License-Identifier: Apache-2.0

enum Version {
    /// Of this program (https://semver.org). 0: options and metrics may still change.
    static let current = "0.1.0"
}
