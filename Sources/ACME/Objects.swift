// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// Where the CA has what (RFC 8555, section 7.1.1).
package struct Directory: Sendable, Decodable, Equatable {
    struct Metadata: Sendable, Decodable, Equatable {
        let termsOfService: String?
        let externalAccountRequired: Bool?
    }

    let newNonce: String
    let newAccount: String
    let newOrder: String
    /// RFC 9773, section 3.
    let renewalInfo: String?
    let meta: Metadata?

    package init(_ response: ACMEResponse, now: Int64) throws(ACMEFailure) {
        self = try decode(Directory.self, from: response, now: now)
    }
}

/// RFC 8555, section 7.1.3.
struct Order: Decodable {
    enum Status: String, Decodable {
        case pending
        case ready
        case processing
        case valid
        case invalid
    }

    let status: Status
    let authorizations: [String]
    let finalize: String
    let certificate: String?
    let error: Problem?
}

/// RFC 8555, section 7.1.4.
struct Authorization: Decodable {
    enum Status: String, Decodable {
        case pending
        case valid
        case invalid
        case deactivated
        case expired
        case revoked
    }

    struct Identifier: Decodable {
        let value: String
    }

    struct Challenge: Decodable {
        let type: String
        let url: String
        let token: String?
        let error: Problem?
    }

    let identifier: Identifier
    let status: Status
    let challenges: [Challenge]
}

/// RFC 9773, section 4.2.
package struct RenewalInfo: Sendable, Equatable {
    private struct Object: Decodable {
        struct Window: Decodable {
            let start: String
            let end: String
        }

        let suggestedWindow: Window
    }

    /// In seconds since 1970.
    package let start: Int64
    package let end: Int64

    package init(start: Int64, end: Int64) {
        self.start = start
        self.end = end
    }

    package init(_ response: ACMEResponse, now: Int64) throws(ACMEFailure) {
        let window = try decode(Object.self, from: response, now: now).suggestedWindow
        // > A RenewalInfo object in which the end timestamp equals or precedes the start timestamp is invalid.
        guard let start = JSONDate.seconds(window.start), let end = JSONDate.seconds(window.end), start < end else {
            throw .notACME("its renewal window ends before it begins")
        }
        self.init(start: start, end: end)
    }
}

func decode<Object: Decodable>(
    _ type: Object.Type,
    from response: ACMEResponse,
    now: Int64
) throws(ACMEFailure) -> Object {
    guard response.isSuccess else { throw ACMEFailure(refusal: response, now: now) }
    do {
        return try JSONDecoder().decode(type, from: Data(response.body))
    } catch {
        throw .notACME("its answer is no \(type) of ACME")
    }
}
