// SPDX-License-Identifier: Apache-2.0
// libFuzzer brings main, and Sources/Targets what it calls. This file is here because an executable needs one: of C,
// since SwiftPM gives executables of Swift a main of another name.
