// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A process of this machine, as Linux's /proc shows it.
struct ServerProcess: Equatable, Sendable {
    let id: Int

    struct Usage: Equatable, Sendable {
        /// Of all threads, in user and kernel mode.
        let cpuSeconds: Double
        let residentBytes: Int
        let peakResidentBytes: Int
    }

    /// Nil when the process is gone, or there is no /proc.
    var usage: Usage? {
        guard let stat = Self.read("/proc/\(id)/stat"), let status = Self.read("/proc/\(id)/status") else { return nil }
        return ProcText.usage(stat: stat, status: status, ticksPerSecond: Double(sysconf(Int32(_SC_CLK_TCK))))
    }

    /// The process that has a socket on a port. Sees those of other users only as root.
    static func listening(on port: Int, isDatagram: Bool) -> ServerProcess? {
        let tables = isDatagram ? ["udp", "udp6"] : ["tcp", "tcp6"]
        let inodes = tables.reduce(into: Set<String>()) { inodes, table in
            inodes.formUnion(ProcText.inodes(Self.read("/proc/net/\(table)") ?? "", port: port, isDatagram: isDatagram))
        }
        guard !inodes.isEmpty else { return nil }
        let links = Set(inodes.map { "socket:[\($0)]" })
        return processes().first { $0.hasFile(links) }
    }

    private static func processes() -> [ServerProcess] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        let own = Int(ProcessInfo.processInfo.processIdentifier)
        return names.compactMap { Int($0) }.filter { $0 != own }.sorted().map { ServerProcess(id: $0) }
    }

    private func hasFile(_ links: Set<String>) -> Bool {
        let directory = "/proc/\(id)/fd"
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return files.contains { file in
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(directory)/\(file)")).map(links.contains)
                ?? false
        }
    }

    private static func read(_ path: String) -> String? { TextFile.read(path) }
}

/// The text of /proc's files (man 5 proc).
enum ProcText {
    static func usage(stat: String, status: String, ticksPerSecond: Double) -> ServerProcess.Usage? {
        // The second field is a name in parentheses, which may have any characters in it.
        guard let name = stat.lastIndex(of: ")"), ticksPerSecond > 0 else { return nil }
        let fields = stat[stat.index(after: name)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return nil }
        return ServerProcess.Usage(
            cpuSeconds: (user + system) / ticksPerSecond,
            residentBytes: kilobytes("VmRSS:", status) * 1024,
            peakResidentBytes: kilobytes("VmHWM:", status) * 1024
        )
    }

    private static func kilobytes(_ name: String, _ status: String) -> Int {
        let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
    }

    /// Sockets that listen on a port, of a table such as /proc/net/tcp: state 0A; of UDP 07, which has no other.
    static func inodes(_ table: String, port: Int, isDatagram: Bool) -> Set<String> {
        let rows = table.split(separator: "\n").dropFirst().map { $0.split(separator: " ") }
        let matching = rows.filter { row in
            guard row.count > 9, let portText = row[1].split(separator: ":").last else { return false }
            return Int(portText, radix: 16) == port && row[3] == (isDatagram ? "07" : "0A")
        }
        return Set(matching.map { String($0[9]) })
    }
}
