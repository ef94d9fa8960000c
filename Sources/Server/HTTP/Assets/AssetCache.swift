// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import Synchronization

/// The app's files in memory. One is there after it was first asked for, and for as long as the file does not change.
///
/// Only files that were there at the start get a place, so no client makes it grow.
final class AssetCache: Sendable {
    /// The answer to a plain GET; nil when it is none that may be kept.
    typealias Loader = @Sendable (_ path: String, any Channel) async -> (HTTPResponse, ByteBuffer)?

    private struct Entry {
        let stamp: FileStamp
        /// Nil for what cannot be kept.
        let asset: Asset?
        let byteCount: Int
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var loading: Set<String> = []
        var byteCount: Int { entries.values.reduce(0) { $0 + $1.byteCount } }
    }

    /// Of one file, and of all of them before compression.
    private static let fileLimit = 1 << 20
    private static let totalLimit = 32 << 20

    /// By the path of the request.
    private let files: [String: String]
    private let load: Loader
    private let state = Mutex(State())

    init(webRoot: String, load: @escaping Loader) {
        var files: [String: String] = [:]
        for name in FileManager.default.subpaths(atPath: webRoot) ?? [] { files["/\(name)"] = "\(webRoot)/\(name)" }
        // Directories have some of these names.
        files["/"] = "\(webRoot)/index.html"
        files["/check"] = "\(webRoot)/check/index.html"
        files[AdminGate.page] = webRoot + AdminGate.file
        self.files = files
        self.load = load
    }

    /// What is in memory for a request. Nil when the request has to go another way: if the file could be in memory, it
    /// will be soon.
    func answer(to head: HTTPRequestHead, on channel: any Channel) -> Asset.Answer? {
        guard head.method == .GET, head.version == .http1_1 && head.isKeepAlive || head.version == .http2,
            let asset = asset(at: head.path, on: channel)
        else { return nil }
        return asset.answer(to: head.headers)
    }

    private func asset(at path: String, on channel: any Channel) -> Asset? {
        guard let file = files[path], let stamp = FileStamp(path: file) else { return nil }
        let (asset, isWanted) = state.withLock { state -> (Asset?, Bool) in
            if let entry = state.entries[path], entry.stamp == stamp { return (entry.asset, false) }
            return (nil, state.loading.insert(path).inserted)
        }
        if isWanted { Task { await fill(path, stamp, channel) } }
        return asset
    }

    private func fill(_ path: String, _ stamp: FileStamp, _ channel: any Channel) async {
        let loaded = await load(path, channel)
        let byteCount = loaded?.1.readableBytes ?? 0
        let asset = byteCount <= Self.fileLimit ? loaded.flatMap { try? Asset($0, body: $1) } : nil
        state.withLock { state in
            state.loading.remove(path)
            state.entries[path] = nil
            let fits = state.byteCount + byteCount <= Self.totalLimit
            state.entries[path] = Entry(
                stamp: stamp,
                asset: fits ? asset : nil,
                byteCount: fits && asset != nil ? byteCount : 0
            )
        }
    }
}

extension HTTPRequestHead {
    /// Without the query.
    fileprivate var path: String {
        uri.utf8.firstIndex(of: UInt8(ascii: "?")).map { String(uri[..<$0]) } ?? uri
    }
}
