// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec

/// A TCP connection between a relayed transport address and a peer (RFC 6062: a peer data connection).
struct PeerConnection {
    enum State {
        /// The system is at it. The Connect that asked for it is answered then.
        case connecting(PendingAnswer)
        case open
    }

    let id: ConnectionID
    /// As the client sees it.
    let peer: TransportAddress
    var state: State
    /// When it is given up: nobody is there, or no ConnectionBind has come.
    var deadline: NIODeadline

    func answers(_ transactionID: TransactionID) -> Bool {
        if case .connecting(let answer) = state { answer.form.transactionID == transactionID } else { false }
    }
}

/// A request that is answered later.
struct PendingAnswer {
    let form: AnswerForm
    let identity: Identity
}
