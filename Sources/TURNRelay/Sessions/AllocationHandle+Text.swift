// SPDX-License-Identifier: Apache-2.0

extension AllocationHandle {
    /// What an allocation is called where people end it: short, and good for nothing else.
    package var text: String { "\(loop)-\(client.slot)-\(client.generation)-\(serial)" }

    /// - Returns: nil for what ``text`` never is. Whether there is such an allocation is another question.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 4, let loop = Int(parts[0]), let slot = Int(parts[1]), let generation = UInt32(parts[2]),
            let serial = UInt32(parts[3])
        else { return nil }
        self.init(loop: loop, client: ClientID(slot: slot, generation: generation), serial: serial)
        guard self.text == text else { return nil }
    }
}
