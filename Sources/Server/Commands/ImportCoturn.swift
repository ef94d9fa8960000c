// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `swiftturn import-coturn`.
struct ImportCoturn: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Translate a turnserver.conf of coturn.",
        discussion: """
            Prints a configuration file for 'swiftturn serve --config'. Each line that does not become part of it is \
            named on standard error, with the reason. Secrets are not printed: they go to files in --secrets-directory, \
            or comments say where to put them.
            """
    )

    @Argument(help: "The file to translate.")
    var file: String

    @Option(help: ArgumentHelp("Make files for secrets and users there, of mode 0600.", valueName: "dir"))
    var secretsDirectory: String?

    func run() async throws {
        try await reportingErrors {
            guard let text = TextFile.read(file) else { throw StartupError.noInput("'\(file)' cannot be read") }
            var translation = CoturnTranslation(text)
            try translation.translateCredentials(to: try place())
            printOutput("# Translated from '\(file)' by 'swiftturn import-coturn'.\n" + translation.yaml.text)
            for remark in translation.remarks { printError(line(remark)) }
        }
    }

    private func place() throws(StartupError) -> CoturnTranslation.SecretsPlace {
        guard let secretsDirectory else { return .none(source: file) }
        return .directory(try SecretsDirectory(secretsDirectory))
    }

    /// Never with the value of an option, which may be a secret.
    private func line(_ remark: CoturnTranslation.Remark) -> String {
        guard let option = remark.option else { return "\(file): \(remark.text)" }
        return "\(file):\(option.line): \(option.name): \(remark.text)"
    }
}
