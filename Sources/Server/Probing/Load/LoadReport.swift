// SPDX-License-Identifier: Apache-2.0

/// What a load found, before it is worded.
struct LoadMeasurement: Sendable {
    let seconds: Double
    let resources: ResourceUsage
    var totals = LoadTotals()
    var jitters: [Double] = []
    var connectionsLost = 0

    init(seconds: Double, resources: ResourceUsage) {
        self.seconds = seconds
        self.resources = resources
    }

    mutating func add(_ part: (totals: LoadTotals, jitters: [Double])) {
        totals.add(part.totals)
        jitters += part.jitters
    }

    /// Nothing that came back was wrong, and something did.
    var isSound: Bool { totals.delivered > 0 && totals.corrupted == 0 && totals.misdelivered == 0 }
}

/// The numbers of a load, rounded to what they are good for.
struct LoadReport: Encodable {
    struct RoundTrip: Encodable {
        let p50: Double
        let p90: Double
        let p99: Double
        let max: Double
    }

    struct Server: Encodable {
        let pid: Int
        let cpuSeconds: Double?
        let cpuMicrosecondsPerPacket: Double?
        let residentBytes: Int?
        let peakResidentBytes: Int?
    }

    let uri: String
    let clients: Int
    let size: Int
    let seconds: Double
    let sent: UInt64
    let delivered: UInt64
    let lost: UInt64
    let corrupted: UInt64
    let misdelivered: UInt64
    let duplicates: UInt64
    let reordered: UInt64
    let unsent: UInt64
    let connectionsLost: Int
    let roundTripMilliseconds: RoundTrip
    let jitterMilliseconds: Double
    let packetsPerSecond: Double
    let megabitsPerSecond: Double
    let server: Server?
    let ownCPUSeconds: Double?

    init(uri: String, plan: LoadPlan, _ measurement: LoadMeasurement) {
        let (totals, resources) = (measurement.totals, measurement.resources)
        let seconds = max(measurement.seconds, 0.001)
        (self.uri, clients, size) = (uri, plan.clients, plan.size)
        self.seconds = Self.round(seconds, 3)
        (sent, delivered, lost) = (totals.sent, totals.delivered, totals.lost)
        (corrupted, misdelivered) = (totals.corrupted, totals.misdelivered)
        (duplicates, reordered, unsent) = (totals.duplicates, totals.reordered, totals.unsent)
        connectionsLost = measurement.connectionsLost
        let times = [50, 90, 99, 100].map { Self.round(Double(totals.roundTrip.percentile($0)) / 1e6, 3) }
        roundTripMilliseconds = RoundTrip(p50: times[0], p90: times[1], p99: times[2], max: times[3])
        let jitters = measurement.jitters
        jitterMilliseconds = Self.round(jitters.reduce(0, +) / Double(max(1, jitters.count)) / 1e6, 3)
        packetsPerSecond = Self.round(Double(delivered) / seconds, 1)
        megabitsPerSecond = Self.round(Double(delivered) * Double(plan.size) * 8 / seconds / 1e6, 2)
        server = resources.serverID.map { id in
            Server(
                pid: id,
                cpuSeconds: resources.serverCPUSeconds.map { Self.round($0, 2) },
                // Each payload passes the server twice: there and back.
                cpuMicrosecondsPerPacket: resources.serverCPUSeconds.map { seconds in
                    Self.round(seconds * 1e6 / Double(max(1, totals.delivered * 2)), 2)
                },
                residentBytes: resources.serverResidentBytes,
                peakResidentBytes: resources.serverPeakResidentBytes
            )
        }
        ownCPUSeconds = resources.ownCPUSeconds.map { Self.round($0, 2) }
    }

    private static func round(_ value: Double, _ digits: Int) -> Double {
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        return (value * scale).rounded() / scale
    }
}
