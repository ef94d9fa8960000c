// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What is fuzzed. `scripts/fuzz` names one of these in SWIFTTURN_FUZZ_TARGET.
enum FuzzTarget: String, CaseIterable {
    case codec
    case framing
    case relay
    case connection
    case signaling
    case configuration

    /// Of this process.
    static let chosen: FuzzTarget = {
        let name = ProcessInfo.processInfo.environment["SWIFTTURN_FUZZ_TARGET"] ?? ""
        guard let target = FuzzTarget(rawValue: name) else {
            fatalError("SWIFTTURN_FUZZ_TARGET is not one of \(allCases.map(\.rawValue))")
        }
        return target
    }()

    func run(_ input: [UInt8]) {
        switch self {
        case .codec: CodecTarget.run(input)
        case .framing: FramingTarget.run(input)
        case .relay: RelayTarget.run(input)
        case .connection: ConnectionTarget.run(input)
        case .signaling: SignalingTarget.run(input)
        case .configuration: ConfigurationTarget.run(input)
        }
    }
}

/// Called by libFuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzTarget.chosen.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}

/// Ends the process, which libFuzzer reports with the input that did it.
func require(
    _ condition: Bool,
    _ message: @autoclosure () -> String,
    file: StaticString = #fileID,
    line: UInt = #line
) {
    guard condition else { fatalError(message(), file: file, line: line) }
}
