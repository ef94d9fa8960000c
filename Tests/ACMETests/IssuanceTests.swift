// SPDX-License-Identifier: Apache-2.0

import OpenSSLCrypto
import Testing

@testable import ACME

/// The way to a certificate, and everything that may be in it.
struct IssuanceTests {
    private typealias CA = ScriptedAuthority

    @Test func `from nothing to a certificate`() throws {
        var ca = try CA(names: "call.test", "turn.test")
        var wish = CA.wish("call.test", "turn.test")
        wish.email = "me@call.test"
        let course = ca.serve(wish)
        guard case .issued(let chain) = course.end else {
            Issue.record("\(course.end)")
            return
        }
        #expect(try CertificateSummary.all(inPEM: chain).count == 2)
        #expect(course.account == "https://ca.test/account/1")
        let order = ca.requests.map(\.line)
        #expect(
            order == [
                "GET /dir", "HEAD /nonce", "POST /account", "POST /order", "POST /authorization/0",
                "POST /authorization/1", "POST /challenge/0", "POST /challenge/1", "POST /authorization/0",
                "POST /authorization/1", "POST /order/1", "POST /finalize/1", "POST /order/1", "POST /certificate/1",
            ]
        )
        #expect(course.presented.map(\.name) == ["call.test", "turn.test"])
        let thumbprint = try JWK(CA.key).thumbprint()
        #expect(course.presented[0].keyAuthorization == "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA.\(thumbprint)")
        let payloads = Dictionary(ca.requests.map { ($0.line, $0.payload) }, uniquingKeysWith: { first, _ in first })
        #expect(payloads["POST /account"] == #"{"contact":["mailto:me@call.test"],"termsOfServiceAgreed":true}"#)
        #expect(
            payloads["POST /order"]
                == #"{"identifiers":[{"type":"dns","value":"call.test"},{"type":"dns","value":"turn.test"}]}"#
        )
        #expect(payloads["POST /challenge/0"] == "{}" && payloads["POST /order/1"] == "")
    }

    @Test func `each request has a fresh nonce, its own address, and the account once there is one`() throws {
        var ca = try CA(names: "call.test")
        _ = ca.serve(CA.wish("call.test"))
        let nonces = ca.headers.compactMap { $0["nonce"] as? String }
        #expect(Set(nonces).count == nonces.count && nonces.count == ca.headers.count)
        let posts = ca.requests.map(\.line).filter { $0.hasPrefix("POST") }
        #expect(ca.headers.compactMap { $0["url"] as? String } == posts.map { "https://ca.test" + $0.dropFirst(5) })
        #expect(ca.headers[0]["jwk"] != nil && ca.headers[0]["kid"] == nil)
        #expect(ca.headers.dropFirst().allSatisfy { $0["kid"] as? String == "https://ca.test/account/1" })
    }

    // MARK: Detours

    @Test func `a nonce that is not taken is replaced`() throws {
        var ca = try CA(names: "call.test")
        ca["/order"] = [.problem("badNonce"), .problem("badNonce")] + ca["/order"]
        #expect(ca.serve(CA.wish("call.test")).failure == nil)
        #expect(ca.requests.filter { $0.line == "POST /order" }.count == 3)
    }

    @Test func `a CA that takes no nonce is not asked for ever`() throws {
        var ca = try CA(names: "call.test")
        ca["/order"] = [.problem("badNonce")]
        #expect(ca.serve(CA.wish("call.test")).failure?.problem?.kind == .badNonce)
        #expect(ca.requests.filter { $0.line == "POST /order" }.count == 21)
    }

    @Test func `an account that the CA has lost is made again`() throws {
        var ca = try CA(names: "call.test")
        ca["/order"] = [.problem("accountDoesNotExist")] + ca["/order"]
        let course = ca.serve(CA.wish("call.test"), account: "https://ca.test/account/0")
        #expect(course.failure == nil && course.account == "https://ca.test/account/1")
        #expect(ca.headers[0]["kid"] as? String == "https://ca.test/account/0")
        ca["/order"] = [.problem("accountDoesNotExist")]
        #expect(ca.serve(CA.wish("call.test")).failure?.problem?.kind == .accountDoesNotExist, "but not twice")
    }

    @Test func `a certificate that takes the place of another says so, once`() throws {
        var ca = try CA(names: "call.test")
        var wish = CA.wish("call.test")
        wish.replaces = "aYhb.AIdl"
        ca["/order"] = [.problem("alreadyReplaced", status: 409)] + ca["/order"]
        #expect(ca.serve(wish).failure == nil)
        let orders = ca.requests.filter { $0.line == "POST /order" }.map(\.payload)
        #expect(orders.map { $0.contains(#""replaces":"aYhb.AIdl""#) } == [true, false])
    }

    @Test func `what was authorized before is not asked for again`() throws {
        var ca = try CA(names: "call.test")
        ca["/authorization/0"] = [.json(CA.authorization("call.test", "valid"))]
        let course = ca.serve(CA.wish("call.test"))
        #expect(course.failure == nil && course.presented.isEmpty)
    }

    @Test func `an undecided CA is asked again, ever later`() throws {
        var ca = try CA(names: "call.test")
        let pending = ACMEResponse.json(CA.authorization("call.test", "pending"))
        let asked = ACMEResponse.json(CA.authorization("call.test", "pending"), retryAfter: "7")
        ca["/authorization/0"] = [pending, pending, pending, asked] + ca["/authorization/0"].suffix(1)
        #expect(ca.serve(CA.wish("call.test")).waits.prefix(3) == [0.25, 0.5, 7])
        ca["/authorization/0"] = [pending]
        let course = ca.serve(CA.wish("call.test"))
        #expect(course.failure?.description.contains("has not decided") == true)
        #expect(500...900 ~= course.waits.reduce(0, +))
    }

    // MARK: Refusals

    @Test func `a name that leads elsewhere is told with what to do`() throws {
        for (kind, words) in [
            ("dns", "DNS record"), ("connection", "port 443"), ("unauthorized", "take TLS off"), ("caa", "CAA"),
        ] {
            var ca = try CA(names: "call.test")
            let invalid = CA.authorization("call.test", "invalid", error: CA.problem(kind))
            ca["/authorization/0"] = [ca["/authorization/0"][0], .json(invalid)]
            let failure = ca.serve(CA.wish("call.test")).failure
            #expect(failure?.description == "the CA could not validate call.test: \(kind)!")
            #expect(failure?.advice?.contains(words) == true && failure?.advice?.contains("call.test") == true)
        }
    }

    @Test func `a rate limit has a time`() throws {
        var ca = try CA(names: "call.test")
        ca["/order"] = [.problem("rateLimited", status: 429, retryAfter: "3600")]
        let failure = ca.serve(CA.wish("call.test")).failure
        #expect(failure?.problem?.kind == .rateLimited && failure?.retryAt == CA.now + 3600)
    }

    @Test func `a CA for its own customers wants their account`() throws {
        var ca = try CA(names: "call.test")
        let directory = CA.directory.replacing(#""meta":{"#, with: #""meta":{"externalAccountRequired":true,"#)
        ca["/dir"] = [.json(directory)]
        #expect(ca.serve(CA.wish("call.test")).failure?.advice?.contains("--acme-eab-file") == true)
        #expect(ca.requests.map(\.line) == ["GET /dir"])
        var wish = CA.wish("call.test")
        wish.externalAccount = ExternalAccount(identifier: "kid-1", key: [1, 2, 3])
        #expect(ca.serve(wish).failure == nil)
        let registration = try #require(ca.requests.first { $0.line == "POST /account" }).payload
        #expect(registration.contains(#""externalAccountBinding":{"payload":""#))
    }

    @Test func `an order may fail for reasons of the CA`() throws {
        var ca = try CA(names: "call.test")
        let error = CA.problem("serverInternal")
        ca["/order/1"] = [ca["/order/1"][0], .json(CA.order("invalid", [], error: error))]
        #expect(ca.serve(CA.wish("call.test")).failure?.description == "the CA refuses: serverInternal!")
    }

    // MARK: Nonsense

    /// Whatever a path answers, it is one failure and no trap.
    @Test(arguments: [
        "/dir", "/nonce", "/account", "/order", "/authorization/0", "/challenge/0", "/order/1", "/finalize/1",
        "/certificate/1",
    ])
    func `nonsense is a failure`(path: String) throws {
        let bodies = ["", "{", "[]", #"{"status":"odd"}"#, #"{"status":7,"authorizations":{}}"#, "\u{0}\u{FFFD}"]
        let original = try CA(names: "call.test")
        for body in bodies {
            for status in [200, 304, 404, 500] {
                var ca = original
                ca[path] = [ACMEResponse(status: status, body: Array(body.utf8))]
                let end = ca.serve(CA.wish("call.test"))
                let isHarmless = status == 200 && ["/nonce", "/challenge/0"].contains(path)
                #expect((end.failure != nil) != isHarmless, "\(path): \(status) \(body)")
            }
        }
    }

    @Test(arguments: [
        CA.authorization("other.test", "pending"), CA.authorization("call.test", "pending", type: "dns-01"),
        CA.authorization("call.test", "pending", token: "../../etc"),
        CA.authorization("call.test", "pending", token: ""),
        CA.authorization("call.test", "revoked"),
    ])
    func `only what was ordered is answered, and only with base64url`(authorization: String) throws {
        var ca = try CA(names: "call.test")
        ca["/authorization/0"] = [.json(authorization)]
        let course = ca.serve(CA.wish("call.test"))
        #expect(course.failure != nil && course.presented.isEmpty)
    }

    @Test func `a certificate is for the names, and good for a while`() throws {
        var other = try CA(names: "call.test", certificate: ["other.test"])
        #expect(other.serve(CA.wish("call.test")).failure?.description.contains("other.test") == true)
        var expired = try CA(names: "call.test", startingAt: CA.now - 91 * 86_400)
        let failure = expired.serve(CA.wish("call.test")).failure
        #expect(failure?.description.contains("expired by this machine's clock") == true)
        #expect(failure?.advice == "check this machine's clock")
    }
}
