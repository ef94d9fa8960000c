// SPDX-License-Identifier: Apache-2.0

import Foundation

extension CoturnTranslation {
    /// The secrets of a turnserver.conf.
    struct Secrets {
        var authSecrets: [String] = []
        var users: [ImportedUser] = []
    }

    /// Where the secrets of a turnserver.conf are put, and what the configuration says of them.
    enum SecretsPlace {
        /// Nowhere: comments say what to do.
        case none(source: String)
        case directory(SecretsDirectory)
    }

    /// Realm, users and secrets: to be called once, after the rest.
    mutating func translateCredentials(to place: SecretsPlace) throws(StartupError) {
        let realm = last("realm")?.value
        if let realm { yaml.set("realm", realm) }
        let secrets = try authSecrets(), users = users(realm: realm)
        switch place {
        case .directory(let directory):
            if !secrets.isEmpty { yaml.set("auth-secret-file", try directory.store(authSecrets: secrets)) }
            if !users.isEmpty { yaml.set("user-database", try directory.store(users: users)) }
        case .none(let source):
            if !secrets.isEmpty {
                yaml.comment("Put the \(secrets.count) static-auth-secret into a file of mode 0600, one on a line:")
                yaml.comment("auth-secret-file: FILE")
            }
            if !users.isEmpty {
                yaml.comment(
                    "Make a database of the \(users.count) users: swiftturn users import '\(source)' --database FILE"
                )
                yaml.comment("user-database: FILE")
            }
        }
        translateOAuth()
        remarkOnDatabase()
    }

    /// coturn has the keys of authorization servers in its database alone.
    private mutating func translateOAuth() {
        let name = last("server-name")
        guard let option = options.last(where: { $0.name == "oauth" }), option.isOn else {
            for option in [options.last { $0.name == "oauth" }, name].compactMap({ $0 }) {
                note(option, "nothing to do: oauth is off")
            }
            return
        }
        note(option, "the keys of coturn's table oauth_key have to be put into an oauth-key-file")
        yaml.comment("Put them into a file of mode 0600, one on a line: KID A128GCM|A256GCM KEY [EXPIRY]")
        yaml.comment("oauth-key-file: FILE")
        if let name { yaml.comment("oauth-server-name", name.value) }
    }

    private mutating func authSecrets() throws(StartupError) -> [String] {
        let options = all("static-auth-secret")
        for option in options where option.value.hasPrefix("#") {
            note(option, "not translated: in a file of secrets '#' begins a comment")
        }
        if options.isEmpty, let option = self.options.last(where: { $0.name == "use-auth-secret" }), option.isOn {
            note(option, "the secrets of coturn's table turn_secret have to be put into an auth-secret-file")
        }
        return options.map(\.value).filter { !$0.hasPrefix("#") }
    }

    private mutating func users(realm: String?) -> [ImportedUser] {
        all("user").compactMap { option in
            guard let realm else {
                note(option, "not translated: there is no realm, which the keys of users are made with")
                return nil
            }
            let user = CoturnUserText.user(option.value, realm: realm)
            if user == nil { note(option, "not translated: not NAME:PASSWORD or NAME:0xKEY") }
            return user
        }
    }

    private mutating func remarkOnDatabase() {
        for option in all("userdb", "db") {
            note(option, "its users are imported with: swiftturn users import FILE --database FILE")
        }
    }
}
