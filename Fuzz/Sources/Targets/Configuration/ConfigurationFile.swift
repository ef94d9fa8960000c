// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import NIOCore
import TURNCredentials
import TURNRelay

@testable import Server

/// A YAML file, or an environment, as `serve` reads them.
enum ConfigurationFile {
    /// A file that has no name any more, and is gone with the process.
    private static let file = {
        var name = Array((FileManager.default.temporaryDirectory.path + "/fuzz-XXXXXX").utf8CString)
        let descriptor = mkstemp(&name)
        guard descriptor >= 0, unlink(name) == 0 else { fatalError("no file") }
        return (descriptor: descriptor, path: "/proc/self/fd/\(descriptor)")
    }()

    /// No flags: reading them takes a hundred times as long as all the rest.
    private static let flags = {
        guard let flags = try? ServeOptions.parse([]) else { fatalError("no options") }
        return flags
    }()

    static func check(_ bytes: [UInt8]) {
        _ = load(bytes, [:])
    }

    /// Lines of `NAME=VALUE`; the names of options may leave out what all begin with.
    static func check(environment text: String) {
        var environment: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let key = ConfigurationKey(rawValue: String(parts[0]))
            environment[key?.environmentName ?? String(parts[0])] = String(parts[1])
        }
        environment["SWIFTTURN_CONFIG"] = nil
        _ = load([], environment)
    }

    /// A file that a person may have to mend, but that is one.
    static func checkIsReadable(_ text: String) {
        if let error = load(Array(text.utf8), [:]) as? StartupError {
            let isUnreadable =
                error.description.contains("is not YAML") || error.description.contains("unknown option")
                || error.description.contains("neither a value nor a list")
            require(!isUnreadable, "\(error.description)\n\(text)")
        }
    }

    /// - Returns: what was complained of.
    private static func load(_ bytes: [UInt8], _ environment: [String: String]) -> (any Error)? {
        let (descriptor, path) = file
        require(ftruncate(descriptor, 0) == 0 && pwrite(descriptor, bytes, bytes.count, 0) == bytes.count, "no file")
        var environment = environment
        if !bytes.isEmpty { environment["SWIFTTURN_CONFIG"] = path }
        return waiting { [environment] in
            do {
                let source = ConfigurationSource(flags: flags, environment: environment, generatedSecret: "random")
                let (configuration, fingerprint) = try source.read()
                require(fingerprint.changes(since: fingerprint).isEmpty, "a change since now")
                _ = try EffectiveConfiguration(source)
                try use(configuration)
                return nil
            } catch {
                return error
            }
        }
    }

    /// What is accepted can be used.
    private static func use(_ configuration: ServerConfiguration) throws {
        let relay = RelayConfiguration(configuration.relay)
        require(relay.maximumLifetime >= relay.defaultLifetime, "a maximum below the default")
        _ = RelayedAddressDirectory(relay.mode)
        for listener in configuration.listen { _ = listener.services(servesPlainTURN: configuration.servesPlainTURN) }
        for pair in configuration.discoveryPairs { require(Set(pair.sockets).count == 4, "two sockets are one") }
    }

    /// Runs what is asynchronous, on another thread.
    private static func waiting(_ body: @escaping @Sendable () async -> (any Error)?) -> (any Error)? {
        let done = DispatchSemaphore(value: 0)
        let result = Result()
        Task.detached {
            result.error = await body()
            done.signal()
        }
        done.wait()
        return result.error
    }

    private final class Result: @unchecked Sendable {
        var error: (any Error)?
    }
}
