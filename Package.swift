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

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioWebSocket: Target.Dependency = .product(name: "NIOWebSocket", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "swiftturn",
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
    ],
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
            name: "OpenSSLTLS",
            dependencies: ["COpenSSL", "OpenSSLCrypto", nioCore, nioPosix],
            swiftSettings: policy + [.strictMemorySafety()]
        ),
        .target(
            name: "TURNCredentials",
            dependencies: ["OpenSSLCrypto"],
            swiftSettings: policy
        ),
        .target(
            name: "TURNRelay",
            dependencies: [
                "STUNCodec", "TURNCredentials", "OpenSSLCrypto", nioCore, logging,
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: policy + [.enableExperimentalFeature("Lifetimes")]
        ),
        .target(
            name: "TURNClient",
            dependencies: ["STUNCodec", "TURNCredentials", "OpenSSLCrypto", "OpenSSLTLS", nioCore, nioPosix],
            swiftSettings: policy + [.enableExperimentalFeature("Lifetimes")]
        ),
        .target(
            name: "SignalHub",
            dependencies: [nioCore, nioWebSocket, logging],
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
            name: "OpenSSLTLSTests",
            dependencies: ["OpenSSLTLS", "OpenSSLCrypto", nioCore, nioPosix, nioEmbedded],
            swiftSettings: policy
        ),
        .testTarget(
            name: "TURNCredentialsTests",
            dependencies: ["TURNCredentials", "OpenSSLCrypto"],
            swiftSettings: policy
        ),
        .testTarget(
            name: "SignalHubTests",
            dependencies: ["SignalHub", nioCore, nioPosix, nioEmbedded, nioWebSocket, logging],
            swiftSettings: policy
        ),
        .testTarget(
            name: "TURNRelayTests",
            dependencies: [
                "TURNRelay", "TURNClient", "STUNCodec", "TURNCredentials", "OpenSSLCrypto", nioCore, nioPosix, logging,
            ],
            swiftSettings: policy
        ),
    ]
)
