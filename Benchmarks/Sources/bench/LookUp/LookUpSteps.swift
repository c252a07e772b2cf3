import ColumnCodec
import DurableFiles
import SegmentStore
import TimeSeriesModel

/// The steps of a look-up, each timed alone over many probes.
struct LookUpSteps {
    struct Step {
        var name: String
        var nanoseconds: Double
    }

    /// The fastest of them counts, since others use the machine as well.
    private static let rounds = 9

    let store: Store
    let snapshot: Snapshot
    let file: any StorageFile
    let probes: [LookUpProbe]

    /// What the parts give and what the snapshot gives must be the same, before anything is timed.
    func check() throws {
        var buffer = FrameBuffer()
        for probe in probes {
            let part = try probe.layout.sample(
                atOrBefore: probe.time, inFrame: probe.frame, from: probe.frameBytes.rawSpan,
                using: &buffer)
            let whole = try snapshot.sample(
                of: probe.series, atOrBefore: Timestamp(rawValue: probe.time))
            guard let part, let whole, part.time == whole.time.rawValue,
                part.value.bitPattern == whole.value.bitPattern
            else { throw WrongAnswer("\(probe.address) at \(probe.time): the parts disagree") }
        }
    }

    /// Together they make most of a look-up; what is left is inside the store.
    func ofLookUp() throws -> [Step] {
        var bytes: [UInt8] = []
        var buffer = FrameBuffer()
        return [
            try step("index: directory and entry, answered by the entry alone") { probe in
                try snapshot.sample(of: probe.series, atOrBefore: probe.chunkSummary.lastTime)!
                    .value
            },
            try step("read: pread of one frame") { probe in
                Double(
                    try file.read(
                        at: probe.frameOffset, byteCount: probe.frameBytes.count, into: &bytes))
            },
            try step("decode: one sample of the frame") { probe in
                try probe.layout.sample(
                    atOrBefore: probe.time, inFrame: probe.frame, from: probe.frameBytes.rawSpan,
                    using: &buffer)!.value
            },
        ]
    }

    func whole() throws -> Step {
        try step("look-up in a snapshot, whole") { probe in
            try snapshot.sample(of: probe.series, atOrBefore: Timestamp(rawValue: probe.time))!
                .value
        }
    }

    /// What surrounds a look-up, or comes in place of a step the first time.
    func others() throws -> [Step] {
        var buffer = FrameBuffer()
        return [
            try step("nothing: the loop itself") { $0.layout.count > 0 ? 1 : 0 },
            try step("snapshot of an open store") { _ in Double(store.snapshot().sampleCount) },
            try step("catalog: series of an address") { probe in
                Double(snapshot.catalog.series(of: probe.address)!.rawValue)
            },
            try step("latest, known from before") { probe in
                try snapshot.latestSample(of: probe.series)!.value
            },
            try step("first read: checksum of the chunk") { probe in
                Double(H64.hash(probe.chunk, seed: 1) & 1)
            },
            try step("first read: head of the chunk") { probe in
                Double(try LookUpProbe.parse(probe.chunk, probe.chunkSummary).count)
            },
            try step("whole frame: times, values, qualities") { probe in
                try probe.layout.decode(
                    frame: probe.frame, from: probe.frameBytes.rawSpan, into: &buffer)
                return buffer.values[0]
            },
            try step("whole frame: values alone") { probe in
                try probe.layout.decode(
                    frame: probe.frame, from: probe.frameBytes.rawSpan, columns: .values,
                    into: &buffer)
                return buffer.values[0]
            },
        ]
    }

    private func step(_ name: String, _ body: (LookUpProbe) throws -> Double) throws -> Step {
        var fastest = UInt64.max
        var seen = 0.0
        for _ in 0..<LookUpSteps.rounds {
            let nanoseconds = try timed {
                var sum = 0.0
                for probe in probes { sum += try body(probe) }
                return sum
            } then: {
                seen = $0
            }
            fastest = min(fastest, nanoseconds)
        }
        // The sum is used, so that no step can be left out as useless.
        guard !seen.isNaN else { throw WrongAnswer("\(name): no number") }
        return Step(name: name, nanoseconds: Double(fastest) / Double(probes.count))
    }
}
