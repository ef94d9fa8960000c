// SPDX-License-Identifier: Apache-2.0

import Foundation
import OpenSSLCrypto

@testable import ACME

/// A CA in memory: answers by path, in the order given, the last one for ever. It checks no signatures, which pebble does
/// (Tests/CommandLine).
struct ScriptedAuthority {
    static let now: Int64 = Int64(Date().timeIntervalSince1970)
    static let authority = try! CertificateAuthority.make(commonName: "scripted CA")
    static let key = try! ES256Key()

    private var answers: [String: [ACMEResponse]] = [:]
    /// What was sent, as `POST /path` and the payload.
    private(set) var requests: [(line: String, payload: String)] = []
    /// The protected header of each POST.
    private(set) var headers: [[String: Any]] = []
    private var nonces = 0

    /// One that issues for these names.
    init(names: String..., certificate: [String]? = nil, startingAt start: Int64? = nil) throws {
        self["/dir"] = [.json(Self.directory)]
        self["/nonce"] = [ACMEResponse(status: 200)]
        self["/account"] = [.json("{}", status: 201, location: "https://ca.test/account/1")]
        let paths = names.indices.map { "https://ca.test/authorization/\($0)" }
        self["/order"] = [.json(Self.order("pending", paths), status: 201, location: "https://ca.test/order/1")]
        for (index, name) in names.enumerated() {
            self["/authorization/\(index)"] = [
                .json(Self.authorization(name, "pending", index)), .json(Self.authorization(name, "valid", index)),
            ]
            self["/challenge/\(index)"] = [.json("{}")]
        }
        self["/order/1"] = [.json(Self.order("ready", paths)), .json(Self.order("valid", paths))]
        self["/finalize/1"] = [.json(Self.order("processing", paths))]
        let issued = try Self.authority.issue(
            dnsNames: certificate ?? names,
            ipAddresses: [],
            validForDays: 90,
            startingAt: start
        )
        self["/certificate/1"] = [ACMEResponse(status: 200, body: Array(issued.certificateChainPEM.utf8))]
    }

    subscript(path: String) -> [ACMEResponse] {
        get { answers[path] ?? [] }
        set { answers[path] = newValue }
    }

    // MARK: Objects

    static let directory = """
        {"newNonce":"https://ca.test/nonce","newAccount":"https://ca.test/account","newOrder":"https://ca.test/order",\
        "renewalInfo":"https://ca.test/renewal","meta":{"termsOfService":"https://ca.test/terms"}}
        """

    static func order(_ status: String, _ authorizations: [String], error: String = "null") -> String {
        """
        {"status":"\(status)","authorizations":["\(authorizations.joined(separator: "\",\""))"],"error":\(error),\
        "finalize":"https://ca.test/finalize/1","certificate":"https://ca.test/certificate/1"}
        """
    }

    static func authorization(
        _ name: String,
        _ status: String,
        _ index: Int = 0,
        token: String = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA",
        type: String = "tls-alpn-01",
        error: String = "null"
    ) -> String {
        """
        {"identifier":{"type":"dns","value":"\(name)"},"status":"\(status)","challenges":[\
        {"type":"http-01","url":"https://ca.test/http","token":"x"},\
        {"type":"\(type)","url":"https://ca.test/challenge/\(index)","token":"\(token)","error":\(error)}]}
        """
    }

    static func problem(_ kind: String) -> String {
        #"{"type":"urn:ietf:params:acme:error:\#(kind)","detail":"\#(kind)!"}"#
    }

    // MARK: Conversations

    struct Course {
        var presented: [ChallengeAnswer] = []
        var waits: [Double] = []
        var end: Issuance.Step
        var account: String?

        var failure: ACMEFailure? {
            if case .failed(let failure) = end { failure } else { nil }
        }
    }

    static func wish(_ names: String...) -> Issuance.Wish {
        Issuance.Wish(names: names, key: key)
    }

    /// Lets an issuance talk to this CA until it ends.
    mutating func serve(_ wish: Issuance.Wish, account: String? = nil) -> Course {
        var issuance = Issuance(wish, directory: "https://ca.test/dir", accountKey: Self.key, account: account)
        var step = issuance.start()
        var course = Course(end: step)
        for _ in 0..<500 {
            switch step {
            case .send(let request):
                step = issuance.receive(answer(request), now: Self.now)
            case .present(let answers):
                course.presented = answers
                step = issuance.proceed()
            case .wait(let seconds):
                course.waits.append(seconds)
                step = issuance.proceed()
            case .issued, .failed:
                course.end = step
                course.account = issuance.account
                return course
            }
        }
        return course
    }

    private mutating func answer(_ request: ACMERequest) -> ACMEResponse {
        let path = String(request.url.dropFirst("https://ca.test".count))
        note(request, path)
        nonces += 1
        var left = answers[path] ?? [ACMEResponse(status: 404)]
        let answer = left[0]
        if left.count > 1 { left.removeFirst() }
        answers[path] = left
        return ACMEResponse(
            status: answer.status,
            headers: [
                ("Replay-Nonce", "nonce-\(nonces)"), ("Location", answer["location"]),
                ("Retry-After", answer["retry-after"]),
            ].compactMap { name, value in value.map { (name, $0) } },
            body: answer.body
        )
    }

    private mutating func note(_ request: ACMERequest, _ path: String) {
        let text = (try? JSONSerialization.jsonObject(with: Data(request.body))) as? [String: String] ?? [:]
        let payload = Base64URL.decode(Array((text["payload"] ?? "").utf8)[...]) ?? []
        requests.append(("\(request.method.rawValue) \(path)", String(decoding: payload, as: UTF8.self)))
        let header = Base64URL.decode(Array((text["protected"] ?? "").utf8)[...]) ?? []
        if let header = (try? JSONSerialization.jsonObject(with: Data(header))) as? [String: Any] {
            headers.append(header)
        }
    }
}

extension ACMEResponse {
    static func json(
        _ text: String,
        status: Int = 200,
        location: String? = nil,
        retryAfter: String? = nil
    ) -> ACMEResponse {
        let headers = [("Location", location), ("Retry-After", retryAfter)].compactMap { name, value in
            value.map { (name: name, value: $0) }
        }
        return ACMEResponse(status: status, headers: headers, body: Array(text.utf8))
    }

    static func problem(_ kind: String, status: Int = 400, retryAfter: String? = nil) -> ACMEResponse {
        .json(ScriptedAuthority.problem(kind), status: status, retryAfter: retryAfter)
    }
}
