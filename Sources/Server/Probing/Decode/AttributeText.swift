// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// Values of attributes, for people.
struct AttributeText {
    let value: [UInt8]
    let transactionID: TransactionID

    /// In hexadecimal when the type is unknown; what is wrong when the value is not one of its type.
    func text(_ type: AttributeType) -> String {
        do throws(STUNDecodeError) {
            return TerminalText.printable(try known(type) ?? Self.hexadecimal(value))
        } catch {
            return "malformed (\(error.code) at byte \(error.offset)): \(Self.hexadecimal(value))"
        }
    }

    static func hexadecimal(_ bytes: some Collection<UInt8>) -> String {
        let shown = bytes.prefix(64).map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }.joined()
        return bytes.count > 64 ? "\(shown)... (\(bytes.count) bytes)" : shown
    }

    private func known(_ type: AttributeType) throws(STUNDecodeError) -> String? {
        if let text = try text(type) { return text }
        if let text = try address(type) { return text }
        if let text = try relaying(type) { return text }
        if let text = try number(type) { return text }
        return try authentication(type)
    }

    private func decode<Value: STUNAttributeValue>(_ type: Value.Type) throws(STUNDecodeError) -> Value {
        try Value(decoding: value.rawSpan, transactionID: transactionID)
    }

    private func text(_ type: AttributeType) throws(STUNDecodeError) -> String? {
        switch type {
        case .username: try decode(Username.self).text
        case .realm: try decode(Realm.self).text
        case .nonce: try decode(Nonce.self).text
        case .software: try decode(Software.self).text
        case .alternateDomain: try decode(AlternateDomain.self).text
        case .thirdPartyAuthorization: try decode(ThirdPartyAuthorization.self).text
        default: nil
        }
    }

    private func address(_ type: AttributeType) throws(STUNDecodeError) -> String? {
        switch type {
        case .mappedAddress: "\(try decode(MappedAddress.self).address)"
        case .xorMappedAddress: "\(try decode(XORMappedAddress.self).address)"
        case .xorPeerAddress: "\(try decode(XORPeerAddress.self).address)"
        case .xorRelayedAddress: "\(try decode(XORRelayedAddress.self).address)"
        case .alternateServer: "\(try decode(AlternateServer.self).address)"
        case .responseOrigin: "\(try decode(ResponseOrigin.self).address)"
        case .otherAddress: "\(try decode(OtherAddress.self).address)"
        default: nil
        }
    }

    private func relaying(_ type: AttributeType) throws(STUNDecodeError) -> String? {
        switch type {
        case .data: return "\(value.count) bytes, \(PayloadText.kind(of: value[...]))"
        case .channelNumber: return Self.channel(try decode(ChannelNumber.self))
        case .requestedTransport: return Self.transport(try decode(RequestedTransport.self).protocolNumber)
        case .requestedAddressFamily: return Self.family(try decode(RequestedAddressFamily.self).code)
        case .additionalAddressFamily: return Self.family(try decode(AdditionalAddressFamily.self).code)
        case .evenPort: return try decode(EvenPort.self).reserveNext ? "and reserve the next" : "without reservation"
        case .dontFragment: return try decode(DontFragment.self) == DontFragment() ? "yes" : nil
        case .icmp:
            let icmp = try decode(ICMPAttribute.self)
            return "type \(icmp.type), code \(icmp.code), data \(icmp.errorData)"
        case .addressErrorCode:
            let error = try decode(AddressErrorCode.self)
            return "\(Self.family(error.family.rawValue)): \(error.code) \(error.reason)"
        default: return nil
        }
    }

    private func number(_ type: AttributeType) throws(STUNDecodeError) -> String? {
        switch type {
        case .lifetime: return "\(try decode(Lifetime.self).seconds) s"
        case .priority: return "\(try decode(Priority.self).value)"
        case .responsePort: return "\(try decode(ResponsePort.self).port)"
        case .padding: return "\(value.count) bytes"
        case .useCandidate: return try decode(UseCandidate.self) == UseCandidate() ? "yes" : nil
        case .changeRequest:
            let request = try decode(ChangeRequest.self)
            let changes = [request.changeAddress ? "address" : nil, request.changePort ? "port" : nil]
            return changes.compactMap { $0 }.joined(separator: " and ")
        case .errorCode:
            let error = try decode(ErrorCode.self)
            return "\(error.code) \(error.reason)"
        case .unknownAttributes:
            return try decode(UnknownAttributes.self).types.map(\.name).joined(separator: ", ")
        default: return nil
        }
    }

    private func authentication(_ type: AttributeType) throws(STUNDecodeError) -> String? {
        switch type {
        case .passwordAlgorithm: return Self.algorithm(try decode(PasswordAlgorithm.self))
        case .passwordAlgorithms:
            return try decode(PasswordAlgorithms.self).algorithms.map(Self.algorithm).joined(separator: ", ")
        case .accessToken:
            let token = try decode(AccessToken.self)
            return "nonce \(Self.hexadecimal(token.nonce)), \(token.encryptedBlock.count) bytes encrypted"
        default: return nil
        }
    }

    // MARK: Numbers with names

    static func channel(_ channel: ChannelNumber) -> String {
        "0x" + String(channel.rawValue, radix: 16, uppercase: true)
    }

    private static func transport(_ number: UInt8) -> String {
        switch number {
        case 6: "TCP"
        case 17: "UDP"
        default: "protocol \(number)"
        }
    }

    private static func family(_ code: UInt8) -> String {
        switch IPAddress.Family(rawValue: code) {
        case .ipv4: "IPv4"
        case .ipv6: "IPv6"
        case nil: "family \(code)"
        }
    }

    private static func algorithm(_ algorithm: PasswordAlgorithm) -> String {
        switch algorithm.number {
        case 1: "MD5"
        case 2: "SHA-256"
        default: "algorithm \(algorithm.number)"
        }
    }
}
