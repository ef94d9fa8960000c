// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import Testing

@testable import Server

/// What the environment of a service manager means.
struct LifecycleTests {
    private static func address(_ text: String) throws -> TransportAddress {
        try #require(TransportAddress(text[...]))
    }

    private func sockets(_ environment: [String: String], _ addresses: [CInt: String]) throws
        -> InheritedSockets
    {
        let known = try addresses.mapValues(Self.address)
        return try InheritedSockets(environment: environment, processID: 7) { known[$0] }
    }

    @Test func socketsAreOfTheProcessThatIsMeant() throws {
        let addresses: [CInt: String] = [3: "192.0.2.1:443", 4: "[::]:443"]
        #expect(
            try sockets(["LISTEN_PID": "7", "LISTEN_FDS": "2"], addresses).sockets.map(\.descriptor) == [
                3, 4,
            ]
        )
        for environment in [
            [:], ["LISTEN_PID": "8", "LISTEN_FDS": "2"], ["LISTEN_FDS": "2"],
            ["LISTEN_PID": "7", "LISTEN_FDS": "x"],
            ["LISTEN_PID": "7", "LISTEN_FDS": "-1"], ["LISTEN_PID": "7"],
        ] {
            #expect(try sockets(environment, addresses).sockets.isEmpty)
        }
        #expect(throws: StartupError.self) {
            try sockets(["LISTEN_PID": "7", "LISTEN_FDS": "3"], addresses)
        }
    }

    @Test func eachSocketIsForOneListener() throws {
        let environment = ["LISTEN_PID": "7", "LISTEN_FDS": "2"]
        let inherited = try sockets(environment, [3: "[::]:443", 4: "192.0.2.2:443"])
        func assigned(_ listeners: [String]) throws -> [CInt?] {
            try inherited.assigned(to: listeners.map { try ListenAddress($0) }).map { $0?.descriptor }
        }
        #expect(try assigned(["192.0.2.2:443/turn", "0.0.0.0:443/web"]) == [4, 3])
        #expect(
            try assigned(["udp:192.0.2.2:443", "192.0.2.2:443", "[::]:443", "[::]:443"]) == [
                nil, 4, 3, nil,
            ]
        )
        let error = #expect(throws: StartupError.self) { try assigned(["192.0.2.2:443"]) }
        #expect(error?.description.contains("[::]:443") == true && error?.kind == .configuration)
        #expect(throws: StartupError.self) { try assigned(["192.0.2.2:444", "0.0.0.0:443"]) }
    }

    @Test func watchdog() {
        func interval(_ environment: [String: String]) -> Duration? {
            Watchdog(environment: environment, processID: 7)?.interval
        }
        #expect(interval(["WATCHDOG_USEC": "3000000"]) == .milliseconds(1_500))
        #expect(interval(["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "7"]) == .milliseconds(1_500))
        for environment in [
            [:], ["WATCHDOG_USEC": "0"], ["WATCHDOG_USEC": "-1"], ["WATCHDOG_USEC": "x"],
            ["WATCHDOG_USEC": "1", "WATCHDOG_PID": "8"],
        ] {
            #expect(interval(environment) == nil)
        }
    }

    @Test func notifications() {
        #expect(ServiceNotifier.State.ready(status: "Serving").text == "READY=1\nSTATUS=Serving")
        #expect(
            ServiceNotifier.State.reloading(monotonicMicroseconds: 5).text.hasPrefix(
                "RELOADING=1\nMONOTONIC_USEC=5\n"
            )
        )
        #expect(ServiceNotifier.State.watchdog.text == "WATCHDOG=1")
        // Nobody there, a name that is too long, or none: nothing happens.
        for path in [
            "/nonexistent/notify", "@swiftturn-test-nobody", "", String(repeating: "/x", count: 200),
        ] {
            ServiceNotifier(environment: ["NOTIFY_SOCKET": path]).send(.watchdog)
        }
    }
}
