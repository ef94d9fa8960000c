// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import SignalHub

/// Whatever comes, the answer is one error, and nothing else happens.
struct InvalidMessageTests {
    var fixture = HubFixture()

    static let texts: [String] = [
        "", " ", "hello", "\u{feff}{\"type\":\"leave\"}", "null", "true", "1", "\"leave\"", "[]",
        "[{\"type\":\"leave\"}]",
        "{", "}", "{}", "{\"type\"", "{\"type\":", "{\"type\":\"leave\"", "{\"type\":\"leave\",}", "{,}",
        "{\"type\" \"leave\"}",
        "{\"type\":\"leave\"}}", "{\"type\":\"leave\"}{\"type\":\"leave\"}", "{'type':'leave'}", "{type:\"leave\"}",
        #"{"type":"leave","type":"leave"}"#, #"{"type":"leave","typ\u0065":"join"}"#,
        #"{"type":null}"#, #"{"type":1}"#, #"{"type":["leave"]}"#, #"{"type":{}}"#, #"{"TYPE":"leave"}"#,
        #"{"type":"Leave"}"#, #"{"type":""}"#, #"{"type":"joined"}"#, #"{"type":"error"}"#, #"{"type":"__proto__"}"#,
        #"{"type":"\ud800"}"#, #"{"\udc00":1,"type":"leave"}"#, #"{"type":"leave","a":"\x"}"#,
        #"{"type":"leave","a":"\u12g4"}"#,
        "{\"type\":\"leave\",\"a\":\"\n\"}", "{\"type\":\"leave\",\"a\":\"\u{0}\"}", "{\"type\":\"leave\"\u{0}}",
        "{\"type\":\"leave\"\u{b}}", "{\"type\":\"leave\"\u{a0}}",
        #"{"type":"leave","a":01}"#, #"{"type":"leave","a":1.}"#, #"{"type":"leave","a":.5}"#,
        #"{"type":"leave","a":+1}"#,
        #"{"type":"leave","a":1e}"#, #"{"type":"leave","a":-}"#, #"{"type":"leave","a":NaN}"#,
        #"{"type":"leave","a":0x1}"#,
        #"{"type":"leave","a":tru}"#, #"{"type":"leave","a":nulL}"#, #"{"type":"leave","a":}"#,
        #"{"type":"leave","a":[1,]}"#,
        #"{"type":"leave","a":[1 2]}"#, #"{"type":"leave","a":"\"}"#, #"{"type":"leave","a":"\u12"#,
        #"{"type":"join"}"#, #"{"type":"join","room":null}"#, #"{"type":"join","room":7}"#,
        #"{"type":"join","room":["a"]}"#, #"{"type":"join","room":"a","name":7}"#,
        #"{"type":"join","room":"a","name":"\n"}"#, #"{"type":"join","room":"a","audio":"yes"}"#,
        #"{"type":"join","room":"a","pin":1234}"#, #"{"type":"join","room":"a","knock":null}"#,
        #"{"type":"state","name":"\u202a\u0007"}"#, #"{"type":"state","hand":1}"#, #"{"type":"state","screen":""}"#,
        #"{"type":"chat"}"#, #"{"type":"join","room":"a","congestion":1}"#,
        #"{"type":"chat","text":null}"#, #"{"type":"room","locked":"true"}"#, #"{"type":"room","pin":1234}"#,
        #"{"type":"room","pin":"123"}"#, #"{"type":"admit"}"#, #"{"type":"decline","target":[]}"#,
    ]

    static let nested: [String] = [
        #"{"type":"leave","a":"# + String(repeating: "[", count: 30_000),
        #"{"type":"leave","a":"# + String(repeating: "[", count: 30_000) + String(repeating: "]", count: 30_000) + "}",
        String(repeating: #"{"a":"#, count: 10_000),
        String(repeating: "[", count: 60_000),
    ]

    static let relayed: [String] = [
        #"{"type":"offer"}"#, #"{"type":"offer","target":"x"}"#, #"{"type":"offer","sdp":{"type":"offer","sdp":""}}"#,
        #"{"type":"offer","target":1,"sdp":{"type":"offer","sdp":""}}"#, #"{"type":"offer","target":"x","sdp":"v=0"}"#,
        #"{"type":"answer","target":"x","sdp":null}"#, #"{"type":"answer","target":"x","sdp":[]}"#,
        #"{"type":"answer","target":"x","sdp":{}}"#, #"{"type":"answer","target":"x","sdp":{"type":"answer"}}"#,
        #"{"type":"offer","target":"x","sdp":{"type":"offer","sdp":1}}"#,
        #"{"type":"offer","target":"x","sdp":{"type":"offer","sdp":"","sdp":"v=0"}}"#,
        #"{"type":"view","target":"x"}"#, #"{"type":"view","target":"x","view":null}"#,
        #"{"type":"view","target":"x","view":{"camera":-1}}"#, #"{"type":"view","target":"x","view":{"screen":"1"}}"#,
        #"{"type":"view","target":"x","view":{"camera":16385}}"#,
        #"{"type":"view","target":"x","view":{"screen":0.5}}"#,
        #"{"type":"view","target":"x","view":{"camera":1,"camera":2}}"#,
        #"{"type":"ice-candidate","target":"x"}"#, #"{"type":"ice-candidate","target":"x","candidate":"a"}"#,
        #"{"type":"ice-candidate","target":"x","candidate":false}"#,
        #"{"type":"ice-candidate","target":"x","candidate":[]}"#,
        #"{"type":"ice-candidate","target":"x","candidate":{"a":1,"a":2}}"#,
        #"{"type":"ice-candidate","target":"x","sdp":{"type":"offer","sdp":""}}"#,
    ]

    @Test(arguments: texts + nested + relayed)
    mutating func `a message that can't be understood gets one error`(text: String) throws {
        let id = fixture.member()
        _ = fixture.member()
        #expect(try fixture.say(text, id).errorCode(for: id) == "invalid-message")
        #expect(fixture.hub.memberCount == 2)
        let newcomer = fixture.connect()
        #expect(try fixture.say(text, newcomer).errorCode(for: newcomer) == "invalid-message")
    }

    @Test mutating func `fields that are not known are ignored, whatever they hold`() throws {
        let id = fixture.connect()
        let deep = String(repeating: "[", count: 31) + String(repeating: "]", count: 31)
        let number = String(repeating: "9", count: 5000) + "e" + String(repeating: "9", count: 5000)
        let text =
            "\t{\"a\":\(deep) ,\r\n\"b\":-\(number),\"\":{},\"room\":\"r\\u0031\",\"type\":\"\\u006aoin\",\"c\":\"\\ud800\"} "
        #expect(try fixture.say(text, id).said(to: id).first?.iceServers?.first?.credential == "r1")
    }

    @Test mutating func `every cut and every changed byte of a message is survived`() throws {
        let sender = fixture.member()
        let target = fixture.member()
        let text =
            #"{"type":"offer","target":"\#(fixture.peerID(target))","sdp":{"type":"offer","sdp":"é\n\u00e9","n":[1.5e+3]}}"#
        let bytes = Array(text.utf8)
        var random = SplitMix(state: 3)
        for round in 0..<4000 {
            var changed = bytes
            if round < bytes.count { changed.removeSubrange(round...) }
            if round >= bytes.count, let index = changed.indices.randomElement(using: &random) {
                changed[index] = UInt8.random(in: 0...255, using: &random)
            }
            guard let message = String(validating: changed, as: UTF8.self) else { continue }
            fixture.now += .seconds(1)
            let actions = fixture.say(message, sender)
            #expect(actions.count <= 2)
            // The hub wrote it: another parser must be able to read it, whatever went in.
            _ = try actions.said(to: sender) + actions.said(to: target)
        }
    }

    @Test(arguments: ["", "a\"b\\c/", "\u{0}\u{1f}\n\r\t", "é\u{1F600}\u{2028}", "</script>"])
    func `strings are written so that they are read the same`(value: String) throws {
        let text = #"{"type":\#(JSONText.string(value))}"#
        #expect(try Said(text).type == value)
        #expect(try JSONObject(parsing: Array(text.utf8)).string("type") == value)
    }
}
