// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Writes a line for people: what is for programs goes to standard output.
func printError(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
}

/// Writes a line to standard output at once, also when it is a pipe.
func printOutput(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
}
