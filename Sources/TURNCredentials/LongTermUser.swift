// SPDX-License-Identifier: Apache-2.0

package import OpenSSLCrypto

/// A user with a password that does not expire. Only the derived keys are kept.
package struct LongTermUser: Sendable {
    package let name: String
    package let keys: LongTermKeys

    package init(name: String, keys: LongTermKeys) {
        self.name = name
        self.keys = keys
    }

    package init(name: String, password: String, realm: String) throws(OpenSSLError) {
        self.init(name: name, keys: try LongTermKeys(username: name, realm: realm, password: password))
    }
}
