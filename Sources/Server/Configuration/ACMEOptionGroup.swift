// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The flags of `serve` about getting its certificate by itself.
struct ACMEOptionGroup: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Get and renew a certificate for this name, which the app and signaling then have. Agrees to the CA's terms.",
            valueName: "name"
        )
    )
    var domain: String?

    @Option(help: ArgumentHelp("The name of TURN, when it is another one.", valueName: "name"))
    var turnDomain: String?

    @Option(help: ArgumentHelp("Where the CA may write to.", valueName: "address"))
    var acmeEmail: String?

    @Option(help: ArgumentHelp("The CA's directory. (default: that of Let's Encrypt)", valueName: "url"))
    var acmeDirectory: String?

    @Option(help: ArgumentHelp("The directory of another CA, asked when the first one fails.", valueName: "url"))
    var acmeFallbackDirectory: String?

    @Option(
        help: ArgumentHelp(
            "Accounts that CAs gave out, one on a line: KID KEY [DIRECTORY].",
            valueName: "file"
        )
    )
    var acmeEabFile: String?

    @Option(help: ArgumentHelp("Where accounts and certificates are kept.", valueName: "dir"))
    var acmeState: String?

    @Option(
        help: ArgumentHelp("Certificates to trust the CA's server by, beside the system's (PEM).", valueName: "file")
    )
    var acmeCaFile: String?

    func add(to values: inout GivenOptions) {
        values.add(texts: [
            (.domain, domain), (.turnDomain, turnDomain), (.acmeEmail, acmeEmail), (.acmeDirectory, acmeDirectory),
            (.acmeFallbackDirectory, acmeFallbackDirectory), (.acmeEabFile, acmeEabFile), (.acmeState, acmeState),
            (.acmeCaFile, acmeCaFile),
        ])
    }
}
