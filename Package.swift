// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

/// Policy for every target: imports and existentials are spelled out, members come only from imported modules,
/// and `nonisolated async` functions stay on their caller's executor. The checks of the project make warnings errors;
/// a newer compiler's new warning must not keep anybody else from building.
let policy: [SwiftSetting] =
    (Context.environment["SWIFTTURN_WARNINGS_AS_ERRORS"] == nil ? [] : [.treatAllWarnings(as: .error)]) + [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]

let package = Package(
    name: "swiftturn",
    targets: [
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .target(
            name: "STUNCodec",
            swiftSettings: policy + [.strictMemorySafety(), .enableExperimentalFeature("Lifetimes")]
        ),
        .target(
            name: "OpenSSLCrypto",
            dependencies: ["COpenSSL"],
            swiftSettings: policy + [.strictMemorySafety()]
        ),
        .target(
            name: "TURNCredentials",
            dependencies: ["OpenSSLCrypto"],
            swiftSettings: policy
        ),
        .testTarget(
            name: "STUNCodecTests",
            dependencies: ["STUNCodec", "OpenSSLCrypto"],
            resources: [.copy("Fixtures")],
            swiftSettings: policy
        ),
        .testTarget(name: "OpenSSLCryptoTests", dependencies: ["OpenSSLCrypto"], swiftSettings: policy),
        .testTarget(
            name: "TURNCredentialsTests",
            dependencies: ["TURNCredentials", "OpenSSLCrypto"],
            swiftSettings: policy
        ),
    ]
)
