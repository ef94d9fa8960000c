// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SignalHub

struct RelayedMessageTests {
    var fixture = HubFixture()

    /// A message for `target`, and what the target gets of it.
    private static func relayed(_ type: String, _ payload: String) -> (field: String, sent: (String) -> String) {
        let field = ["ice-candidate": "candidate", "view": "view"][type] ?? "sdp"
        return (field, { #"{ "target" : "\#($0)", "\#(field)" : \#(payload) , "type":"\#(type)","extra":[1,{}]}"# })
    }

    @Test(arguments: [
        ("offer", #"{"type":"offer","sdp":"v=0\r\no=- 1 2 IN IP4 0.0.0.0\r\n"}"#),
        ("answer", #"{ "sdp" : "\u00e9\ud83d\ude00\/ é" , "type" : "answer", "more": [ 1e999, -0, 0.10 ] }"#),
        ("ice-candidate", #"{"candidate":"candidate:1 1 tcp","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":null}"#),
        ("ice-candidate", "null"),
        ("view", #"{"camera":270 ,"screen":0,"more":{}}"#),
        ("view", "{}"),
    ])
    mutating func `a message reaches its target as it was written`(type: String, payload: String) throws {
        let sender = fixture.member()
        let target = fixture.member()
        _ = fixture.member()
        let (field, sent) = Self.relayed(type, payload)
        let actions = fixture.say(sent(fixture.peerID(target)), sender)
        let expected = #"{"type":"\#(type)","from":"\#(fixture.peerID(sender))","\#(field)":\#(payload)}"#
        #expect(actions == [.send(expected, to: target)])
    }

    @Test(arguments: ["offer", "answer", "ice-candidate"])
    mutating func `only a member of the same room can be a target`(type: String) throws {
        let sender = fixture.member(of: "one")
        let stranger = fixture.member(of: "two")
        let lobby = fixture.connect()
        let gone = fixture.member(of: "one")
        _ = fixture.retire(gone)
        let sent = Self.relayed(type, #"{"type":"\#(type)","sdp":""}"#).sent
        for target in [stranger, lobby, gone, sender].map({ fixture.peerID($0) }) + ["", "nobody"] {
            #expect(try fixture.say(sent(target), sender).errorCode(for: sender) == "unknown-peer")
        }
        #expect(try fixture.say(sent(fixture.peerID(sender)), lobby).errorCode(for: lobby) == "not-joined")
    }

    @Test mutating func `what a closing member says goes nowhere`() throws {
        let sender = fixture.member()
        let target = fixture.member()
        let text = Self.relayed("ice-candidate", "null").sent(fixture.peerID(target))
        _ = fixture.retire(sender)
        #expect(fixture.say(text, sender).isEmpty)
        #expect(fixture.join("default", sender).isEmpty)
        #expect(fixture.hub.memberCount == 1)
    }
}
