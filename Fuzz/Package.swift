// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

/// What the product's sources, which are linked into this package, need to compile.
let language: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
]

/// Optimized, or nothing would be found in 20 seconds, but with assertions: what `assertionFailure` says is a bug of ours
/// must be a crash here. Dependencies are not instrumented: their edges are not what is looked for.
let instrumented: [SwiftSetting] =
    language + [.unsafeFlags(["-sanitize=fuzzer,address", "-assert-config", "Debug", "-enable-testing"])]

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioWebSocket: Target.Dependency = .product(name: "NIOWebSocket", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "Fuzz",
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.0"),
    ],
    targets: [
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .target(name: "STUNCodec", swiftSettings: instrumented),
        .target(name: "OpenSSLCrypto", dependencies: ["COpenSSL"], swiftSettings: instrumented),
        .target(
            name: "OpenSSLTLS",
            dependencies: ["COpenSSL", "OpenSSLCrypto", nioCore, nioPosix],
            swiftSettings: instrumented
        ),
        .target(name: "CDatagrams"),
        .target(name: "DatagramIO", dependencies: ["CDatagrams", "STUNCodec"], swiftSettings: instrumented),
        .target(name: "TURNCredentials", dependencies: ["OpenSSLCrypto"], swiftSettings: instrumented),
        .target(
            name: "TURNRelay",
            dependencies: [
                "STUNCodec", "DatagramIO", "TURNCredentials", "OpenSSLCrypto", "OpenSSLTLS", nioCore, nioPosix, logging,
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: instrumented
        ),
        .target(name: "SignalHub", dependencies: [nioCore, nioWebSocket, logging], swiftSettings: instrumented),
        .target(
            name: "Server",
            dependencies: [
                "STUNCodec", "DatagramIO", "OpenSSLCrypto", "OpenSSLTLS", "TURNCredentials", "TURNRelay", "SignalHub",
                nioCore, nioPosix, logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Yams", package: "Yams"),
            ],
            exclude: ["Listening/PortListener.swift", "Coturn/SecretsDirectory.swift"],
            swiftSettings: instrumented
        ),
        .target(
            name: "Targets",
            dependencies: [
                "STUNCodec", "DatagramIO", "OpenSSLCrypto", "OpenSSLTLS", "TURNCredentials", "TURNRelay", "SignalHub",
                "Server",
                nioCore, nioEmbedded, nioWebSocket, logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: instrumented
        ),
        .executableTarget(
            name: "fuzz",
            dependencies: ["Targets"],
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address"])]
        ),
    ]
)
