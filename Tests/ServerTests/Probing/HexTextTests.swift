// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Server

struct HexTextTests {
    @Test(arguments: [
        "0001 0203", "00:01:02:03", "0x00, 0x01, 0x02, 0x03", "\\x00\\x01\\x02\\x03", "00 01\r\n02 03\n", "00010203",
        "00000000: 0001 0203                                ....\n",
        "00000000  00 01 02 03           |....|\n00000004\n",
    ])
    func oneBlock(text: String) {
        #expect(HexText.blocks(text) == [[0, 1, 2, 3]])
    }

    @Test func dumpsOfSeveralLines() {
        let xxd = """
            00000000: 0001 0203 0405 0607 0809 0a0b 0c0d 0e0f  ab cd ef 01 02 0
            00000010: 1011                                     11
            """
        #expect(HexText.blocks(xxd) == [Array(0...17)])
        let hexdump = """
            00000000  00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f  |abcdef..........|
            00000010  10 11                                             |..|
            00000012
            """
        #expect(HexText.blocks(hexdump) == [Array(0...17)])
    }

    @Test func emptyLinesAndNewDumpsBeginBlocks() {
        #expect(HexText.blocks("00 01\n\n\n02") == [[0, 1], [2]])
        #expect(HexText.blocks("00000000: 0001  ..\n00000000: 02  .") == [[0, 1], [2]])
        #expect(HexText.blocks("") == [])
    }

    @Test(arguments: ["hello", "0", "00 0", "00 gg", "0001\u{FF11}"])
    func somethingElse(text: String) {
        #expect(HexText.blocks(text) == nil)
    }
}
