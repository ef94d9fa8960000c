// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Server

struct ServerProcessTests {
    @Test func usageIsReadBehindAnyName() {
        let stat = "42 (a ) b (c) S 1 42 42 0 -1 4194560 900 0 0 0 250 150 0 0 20 0 4 0 100 0 0"
        let status = "Name:\ta\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n"
        let usage = ProcText.usage(stat: stat, status: status, ticksPerSecond: 100)
        #expect(usage?.cpuSeconds == 4 && usage?.residentBytes == 1_048_576 && usage?.peakResidentBytes == 2_097_152)
        #expect(ProcText.usage(stat: "", status: "", ticksPerSecond: 100) == nil)
        #expect(ProcText.usage(stat: "1 (x) S 1", status: "", ticksPerSecond: 100) == nil)
    }

    static let table = """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0100007F:0D96 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1
           1: 0100007F:0D96 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 222 1
           2: 00000000:01BB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1
           3: nonsense
        """

    @Test func onlyListenersOfThePortAreFound() {
        #expect(ProcText.inodes(Self.table, port: 3478, isDatagram: false) == ["111"])
        #expect(ProcText.inodes(Self.table, port: 443, isDatagram: false) == ["333"])
        #expect(ProcText.inodes(Self.table, port: 443, isDatagram: true).isEmpty)
        #expect(ProcText.inodes("", port: 1, isDatagram: true).isEmpty)
    }
}
