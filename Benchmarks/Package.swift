// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// The load generator speaks TURN with the project's own codec and client, linked in as targets of this package because
// they are `package` to theirs. What moves packets is C: see CLoad.
let policy: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]
let spans: [SwiftSetting] = [.enableExperimentalFeature("Lifetimes")]
let optimized: [CSetting] = [.unsafeFlags(["-O2", "-Wall", "-Wextra"])]

let package = Package(
    name: "swiftturn-benchmarks",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0")
    ],
    targets: [
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .target(name: "STUNCodec", swiftSettings: policy + spans),
        .target(name: "OpenSSLCrypto", dependencies: ["COpenSSL"], swiftSettings: policy),
        .target(name: "TURNCredentials", dependencies: ["OpenSSLCrypto"], swiftSettings: policy),
        .target(
            name: "TURNClient",
            dependencies: ["STUNCodec", "OpenSSLCrypto", "TURNCredentials"],
            exclude: [
                "BindingSocket.swift", "DatagramAdapter.swift", "PayloadFramer.swift", "RelayedData.swift",
                "Retransmission.swift", "TURNClientHandler+Reading.swift", "TURNClientHandler.swift",
                "TURNConnection.swift",
            ],
            sources: [
                "ClientSession.swift", "ClientAuthenticator.swift", "TURNClientError.swift", "TURNResponse.swift",
            ],
            swiftSettings: policy + spans
        ),
        .target(name: "CLoad", dependencies: ["COpenSSL"], cSettings: optimized),
        .executableTarget(
            name: "Load",
            dependencies: [
                "CLoad", "STUNCodec", "TURNClient",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: policy + spans
        ),
        .executableTarget(name: "Limit", dependencies: ["COpenSSL"], cSettings: optimized),
    ]
)
