// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ACME

/// What CAs say when something is wrong, and when.
struct ProblemTests {
    private func failure(_ status: Int, _ body: String, headers: [(String, String)] = []) -> ACMEFailure {
        ACMEFailure(refusal: ACMEResponse(status: status, headers: headers, body: Array(body.utf8)), now: 1000)
    }

    @Test func `a problem has a type, words, and parts`() {
        let body = """
            {"type":"urn:ietf:params:acme:error:rejectedIdentifier","detail":"No.","subproblems":[{"type":\
            "urn:ietf:params:acme:error:caa","detail":"a.test: CAA"},{"type":"urn:ietf:params:acme:error:dns"}]}
            """
        let problem = failure(403, body).problem
        #expect(problem?.kind == .rejectedIdentifier)
        #expect(problem?.text == "No.; a.test: CAA; urn:ietf:params:acme:error:dns")
    }

    @Test(arguments: ["{}", #"{"type":7,"detail":[],"subproblems":{}}"#, #"{"type":"about:blank"}"#])
    func `a problem may say nothing`(body: String) {
        #expect(failure(500, body).problem?.text == "about:blank")
    }

    @Test(arguments: ["", "<html>", "[]", "null", String(repeating: "[", count: 100_000)])
    func `what is no problem document has a status`(body: String) {
        #expect(failure(503, body).cause == .notACME("HTTP status 503"))
        #expect(failure(429, body).problem?.kind == .rateLimited)
    }

    /// A log has one line for it.
    @Test func `words of a CA stay in their line`() {
        let problem = failure(400, #"{"detail":"one\n\u001b[31mtwo\u2028\u202ethree"}"#).problem
        #expect(problem?.detail == "one  [31mtwo  three")
        #expect(failure(400, #"{"detail":"\#(String(repeating: "x", count: 9000))"}"#).description.utf8.count < 500)
    }

    @Test(
        arguments: [
            ("120", 1120), ("Thu, 01 Jan 1970 01:00:00 GMT", 3600), ("0", 1000), ("9999999999999999999", nil),
            ("-5", nil),
            ("", nil), ("soon", nil), ("604801", 605_800), ("Sun, 06 Nov 2094 08:49:37 GMT", 605_800),
            ("Sun, 99 Nov 999999 08:49:37 GMT", nil), ("Sun, 06 Nov 1994 08:49 GMT", nil),
        ] as [(String, Int64?)]
    )
    func `retry after so many seconds, or at a time`(text: String, time: Int64?) {
        #expect(failure(429, "", headers: [("Retry-After", text)]).retryAt == time)
    }

    @Test(
        arguments: [
            ("1970-01-01T00:01:00Z", 60), ("1970-01-01T00:01:00.75Z", 60), ("1970-01-01T01:01:00+01:00", 60), ("", nil),
            ("soon", nil),
        ] as [(String, Int64?)]
    )
    func `times of renewal windows`(text: String, time: Int64?) {
        #expect(JSONDate.seconds(text) == time)
    }

    @Test func `a window ends after it begins`() throws {
        func info(_ start: String, _ end: String) throws(ACMEFailure) -> RenewalInfo {
            let body = #"{"suggestedWindow":{"start":"\#(start)","end":"\#(end)"},"explanationURL":"https://ca.test/"}"#
            return try RenewalInfo(ACMEResponse(status: 200, body: Array(body.utf8)), now: 0)
        }
        #expect(try info("1970-01-01T00:00:01Z", "1970-01-01T00:00:02Z") == RenewalInfo(start: 1, end: 2))
        #expect(throws: ACMEFailure.self) { try info("1970-01-01T00:00:02Z", "1970-01-01T00:00:02Z") }
        #expect(throws: ACMEFailure.self) { try info("1970-01-01T00:00:01Z", "never") }
        #expect(throws: ACMEFailure.self) { try RenewalInfo(ACMEResponse(status: 404), now: 0) }
    }
}
