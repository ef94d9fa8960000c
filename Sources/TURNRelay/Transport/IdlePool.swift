// SPDX-License-Identifier: Apache-2.0

/// Memory of a loop that is not in use at the moment: a busy loop allocates none, and what a burst needed is given back.
struct IdlePool<Element> {
    /// How many receivers one read of a busy loop has. More than that at once are rare.
    private static var countLimit: Int { 64 }
    /// In bytes: what 64 datagrams of an Ethernet take in an array that has grown by doubling. Larger is what a few
    /// large payloads left behind.
    private static var sizeLimit: Int { 2 * 64 * 1500 }

    private var elements: [Element] = []

    var count: Int { elements.count }

    mutating func take() -> Element? {
        elements.popLast()
    }

    /// Keeps an element that nobody else refers to, if it is worth keeping.
    ///
    /// - Parameter size: the memory that it has, in bytes.
    mutating func put(_ element: Element, size: Int) {
        if elements.count < Self.countLimit, size <= Self.sizeLimit { elements.append(element) }
    }
}
