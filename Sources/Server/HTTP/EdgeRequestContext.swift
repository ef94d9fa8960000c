// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Logging
import STUNCodec

/// What routes know of a request beside itself.
struct EdgeRequestContext: RequestContext {
    struct Source: RequestContextSource {
        let logger: Logger
        /// The client's, which a proxy may have told.
        let address: IPAddress
    }

    var coreContext: CoreRequestContextStorage
    let address: IPAddress

    init(source: Source) {
        coreContext = .init(source: source)
        address = source.address
    }
}
