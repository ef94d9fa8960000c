// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import Testing

@testable import Server

struct ConnectionBudgetTests {
    @Test func limits() {
        let budget = ConnectionBudget(total: 3, perAddress: 2)
        let (one, two) = (IPAddress(ipv4: 1), IPAddress(ipv4: 2))
        #expect(budget.enter(one) && budget.enter(one) && !budget.enter(one))
        #expect(budget.enter(two) && !budget.enter(two))
        budget.leave(one)
        #expect(budget.enter(two) && budget.inUse == 3)
        for address in [one, two, two] { budget.leave(address) }
        #expect(budget.inUse == 0)
    }

    @Test func anIPv6HostHasOneGroup() throws {
        let host = try #require(IPAddress("2001:db8:1:2:3:4:5:6"))
        #expect(host.limitGroup == IPAddress("2001:db8:1:2::"))
        #expect(IPAddress(ipv4: 7).limitGroup == IPAddress(ipv4: 7))
    }
}
