// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SignalHub

/// Names, states and chat: what a member says to everybody.
struct ChatTests {
    var fixture = HubFixture()

    private mutating func named(_ name: String) -> ConnectionID {
        let id = fixture.connect()
        _ = fixture.say(#"{"type":"join","room":"default","name":"\#(name)","audio":true,"video":false}"#, id)
        return id
    }

    private mutating func chat(_ text: String, _ id: ConnectionID) -> [HubAction] {
        fixture.say(#"{"type":"chat","text":\#(JSONText.string(text))}"#, id)
    }

    @Test mutating func `members know each other's names and states`() throws {
        let first = named("Ana <b>")
        let second = fixture.connect()
        let actions = fixture.say(#"{"type":"join","room":"default","name":"","audio":false}"#, second)
        let member = Said.Member(peerId: fixture.peerID(first), name: "Ana <b>", audio: true, video: false)
        #expect(try actions.said(to: second).first?.members == [member])
        let told = try #require(try actions.said(to: first).first)
        #expect(told.name == nil && told.audio == false && told.video == nil && told.hand == nil)
    }

    @Test mutating func `a change reaches the others, and keeps what it does not name`() throws {
        let first = named("Ana")
        let second = named("Ben")
        let actions = fixture.say(#"{"type":"state","hand":true,"video":true}"#, first)
        #expect(try actions.said(to: first).isEmpty)
        let told = try #require(try actions.said(to: second).first)
        #expect(told.type == "peer-state" && told.peerId == fixture.peerID(first))
        #expect(told.name == "Ana" && told.audio == true && told.video == true && told.hand == true)
        let third = fixture.connect()
        #expect(try fixture.join("default", third).said(to: third).first?.members?.first?.hand == true)
        let outside = fixture.connect()
        #expect(try fixture.say(#"{"type":"state","hand":true}"#, outside).errorCode(for: outside) == "not-joined")
    }

    @Test mutating func `who shows a screen is known to the others, and to those who come later`() throws {
        let first = named("Ana")
        let second = named("Ben")
        let told = try #require(try fixture.say(#"{"type":"state","screen":true}"#, first).said(to: second).first)
        #expect(told.type == "peer-state" && told.screen == true && told.hand == nil && told.name == "Ana")
        let third = fixture.connect()
        let shown = try fixture.join("default", third).said(to: third).first?.members?.map(\.screen)
        #expect(shown == [true, nil])
        let ended = try #require(try fixture.say(#"{"type":"state","screen":false}"#, first).said(to: second).first)
        #expect(ended.screen == false)
    }

    @Test(arguments: [65, 1000]) mutating func `names are short`(length: Int) throws {
        let id = fixture.connect()
        let name = String(repeating: "x", count: length)
        let text = #"{"type":"join","room":"default","name":"\#(name)"}"#
        #expect(try fixture.say(text, id).errorCode(for: id) == "invalid-message")
        #expect(fixture.hub.roomCount == 0)
    }

    @Test mutating func `chat goes to everybody in one order, and to those who come later`() throws {
        let first = named("Ana")
        let second = named("Ben")
        let text = "Hello <script>\nhttps://example.com \u{1F44B}"
        let actions = chat(text, first)
        for id in [first, second] {
            let said = try #require(try actions.said(to: id).first)
            #expect(said.type == "chat" && said.from == fixture.peerID(first) && said.name == "Ana")
            #expect(said.text == text && said.id == 1 && said.age == 0)
        }
        _ = chat("Second", second)
        _ = fixture.disconnect(first)
        fixture.now += .seconds(90)
        let third = fixture.connect()
        let said = try fixture.join("default", third).said(to: third)
        #expect(said.map(\.type) == ["joined", "chat-history"])
        #expect(said.last?.messages?.map(\.text) == [text, "Second"])
        #expect(said.last?.messages?.map(\.age) == [90, 90])
        #expect(said.last?.messages?.map(\.name) == ["Ana", "Ben"])
    }

    @Test mutating func `chat stays in its room and ends with it`() throws {
        let first = named("Ana")
        let elsewhere = fixture.member(of: "elsewhere")
        #expect(try chat("Hello", first).said(to: elsewhere).isEmpty)
        _ = fixture.disconnect(first)
        let again = fixture.connect()
        #expect(try fixture.join("default", again).said(to: again).map(\.type) == ["joined"])
        let outside = fixture.connect()
        #expect(try chat("Hello", outside).errorCode(for: outside) == "not-joined")
    }

    @Test(arguments: ["", "\u{0}", "a\u{1b}[31m", "a\rb", String(repeating: "x", count: 2001)])
    mutating func `chat that is refused`(text: String) throws {
        let id = named("Ana")
        #expect(try chat(text, id).errorCode(for: id) == "invalid-message")
        #expect(fixture.hub.rooms["default"]?.chat.messages.isEmpty == true)
    }

    @Test mutating func `a room keeps the newest messages, by number and by bytes`() throws {
        let id = named("Ana")
        for number in 1...150 {
            fixture.now += .seconds(1)
            _ = chat("message \(number)", id)
        }
        let kept = try #require(fixture.hub.rooms["default"]?.chat.messages)
        #expect(kept.count == 100 && kept.first?.number == 51 && kept.last?.number == 150)
        for _ in 1...60 {
            fixture.now += .seconds(1)
            _ = chat(String(repeating: "\u{1F600}", count: 2000), id)
        }
        let large = try #require(fixture.hub.rooms["default"]?.chat.messages)
        #expect(large.count == 4 && large.last?.number == 210)
    }

    @Test mutating func `what goes to everybody has a budget of its own`() throws {
        let id = named("Ana")
        let other = named("Ben")
        let delivered = try (0..<100).reduce(0) { count, _ in try count + chat("spam", id).said(to: other).count }
        // Joining was the first of 30.
        #expect(delivered == 29)
        #expect(try fixture.say(#"{"type":"state","hand":true}"#, id).errorCode(for: id) == "rate-limited")
        #expect(try chat("Hello", other).said(to: id).count == 1)
        fixture.now += .seconds(1)
        #expect(try chat("Hello", id).said(to: other).count == 1)
    }

    @Test mutating func `a client of the plain protocol is a member like others`() throws {
        let plain = fixture.member()
        let modern = fixture.connect()
        let text = #"{"type":"join","room":"default","name":"Ben","audio":true,"video":true}"#
        #expect(try fixture.say(text, modern).said(to: modern).first?.members == [.init(peerId: fixture.peerID(plain))])
        let offer = #"{"type":"offer","target":"\#(fixture.peerID(plain))","sdp":{"type":"offer","sdp":"v=0"}}"#
        #expect(try fixture.say(offer, modern).said(to: plain).map(\.type) == ["offer"])
    }
}
