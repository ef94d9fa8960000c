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

/// For the targets that every packet passes, in release. Looking at run time whether two accesses to one property overlap takes
/// 4 to 9 % of a packet's time: `swift test`, sanitizers and fuzzing look. And what one target has of generic code is made
/// for the types of another, which gives 2 to 7 %.
let dataPath: [SwiftSetting] = [
    .unsafeFlags(
        ["-enforce-exclusivity=unchecked", "-cross-module-optimization"],
        .when(configuration: .release)
    )
]

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTP2: Target.Dependency = .product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioWebSocket: Target.Dependency = .product(name: "NIOWebSocket", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "swiftturn",
    products: [
        .executable(name: "swiftturn", targets: ["Server"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.0"),
        .package(url: "https://github.com/apple/swift-nio-http2.git", from: "1.46.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.0"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .target(
            name: "STUNCodec",
            swiftSettings: policy + dataPath + [.strictMemorySafety(), .enableExperimentalFeature("Lifetimes")]
        ),
        .target(
            name: "OpenSSLCrypto",
            dependencies: ["COpenSSL"],
            swiftSettings: policy + [.strictMemorySafety()]
        ),
        .target(
            name: "OpenSSLTLS",
            dependencies: ["COpenSSL", "OpenSSLCrypto", nioCore, nioPosix],
            swiftSettings: policy + dataPath + [.strictMemorySafety()]
        ),
        .target(name: "CDatagrams"),
        .target(name: "CFileStamp"),
        .target(
            name: "DatagramIO",
            dependencies: ["CDatagrams", "STUNCodec"],
            swiftSettings: policy + dataPath + [.strictMemorySafety(), .enableExperimentalFeature("Lifetimes")]
        ),
        .target(
            name: "TURNCredentials",
            dependencies: ["OpenSSLCrypto"],
            swiftSettings: policy
        ),
        .target(
            name: "TURNRelay",
            dependencies: [
                "STUNCodec", "DatagramIO", "TURNCredentials", "OpenSSLCrypto", "OpenSSLTLS", nioCore, nioPosix, logging,
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: policy + dataPath + [.enableExperimentalFeature("Lifetimes")]
        ),
        .target(
            name: "TURNClient",
            dependencies: ["STUNCodec", "TURNCredentials", "OpenSSLCrypto", nioCore],
            swiftSettings: policy + [.enableExperimentalFeature("Lifetimes")]
        ),
        .target(
            name: "ACME",
            dependencies: ["OpenSSLCrypto"],
            swiftSettings: policy
        ),
        .target(
            name: "SignalHub",
            dependencies: [nioCore, nioWebSocket, logging],
            swiftSettings: policy
        ),
        .executableTarget(
            name: "Server",
            dependencies: [
                "STUNCodec", "DatagramIO", "OpenSSLCrypto", "OpenSSLTLS", "TURNCredentials", "TURNRelay", "TURNClient",
                "SignalHub", "ACME", "CFileStamp",
                nioCore, nioPosix, nioEmbedded, nioHTTP1, nioHTTP2, nioWebSocket, logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
                .product(name: "Yams", package: "Yams"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: policy
        ),
        .testTarget(
            name: "STUNCodecTests",
            dependencies: ["STUNCodec", "OpenSSLCrypto"],
            resources: [.copy("Fixtures")],
            swiftSettings: policy
        ),
        .testTarget(name: "OpenSSLCryptoTests", dependencies: ["OpenSSLCrypto"], swiftSettings: policy),
        .testTarget(name: "ACMETests", dependencies: ["ACME", "OpenSSLCrypto", "COpenSSL"], swiftSettings: policy),
        .testTarget(
            name: "OpenSSLTLSTests",
            dependencies: ["OpenSSLTLS", "OpenSSLCrypto", nioCore, nioPosix, nioEmbedded],
            swiftSettings: policy
        ),
        .testTarget(
            name: "DatagramIOTests",
            dependencies: ["CDatagrams", "DatagramIO", "STUNCodec"],
            swiftSettings: policy
        ),
        .testTarget(
            name: "TURNCredentialsTests",
            dependencies: ["TURNCredentials", "OpenSSLCrypto"],
            swiftSettings: policy
        ),
        .testTarget(
            name: "SignalHubTests",
            dependencies: ["TestSupport", "SignalHub", nioCore, nioPosix, nioEmbedded, nioWebSocket, logging],
            swiftSettings: policy
        ),
        .target(
            name: "TestSupport",
            dependencies: ["TURNRelay", "STUNCodec", "TURNCredentials", "OpenSSLCrypto", nioCore],
            path: "Tests/TestSupport",
            swiftSettings: policy
        ),
        .testTarget(
            name: "SecurityTests",
            dependencies: ["TestSupport", "TURNRelay", "STUNCodec", "OpenSSLCrypto", nioCore],
            path: "Tests/Security",
            exclude: ["README.md"],
            swiftSettings: policy
        ),
        .testTarget(
            name: "TURNRelayTests",
            dependencies: [
                "TestSupport",
                "TURNRelay", "TURNClient", "STUNCodec", "DatagramIO", "TURNCredentials", "OpenSSLCrypto", nioCore,
                nioEmbedded, nioPosix, logging,
            ],
            swiftSettings: policy
        ),
        .testTarget(
            name: "TURNClientTests",
            dependencies: ["TURNClient", "STUNCodec", "OpenSSLCrypto", nioCore, nioEmbedded],
            swiftSettings: policy
        ),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "Server", "ACME", "OpenSSLTLS", "STUNCodec", "SignalHub", "TURNCredentials", "TURNRelay", nioCore,
                nioEmbedded,
                nioHTTP2,
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                nioPosix,
                logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: policy
        ),
    ]
)
