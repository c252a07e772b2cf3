import ColumnCodec
import DurableFiles
import SegmentStore
import TimeSeriesModel

/// The steps of a look-up, each timed alone over many probes.
struct LookUpSteps {
    typealias Body = (LookUpProbe) throws -> Double

    struct Step {
        var name: String
        var nanoseconds: Double
    }

    /// The fastest of them counts, since others use the machine as well.
    private static let rounds = 9
    /// Of a step in a row within a round: what it works on is in the processor's cache after the
    /// first, as a frame is that was just read.
    private static let repetitions = 9
    /// What the checksum of an index entry covers.
    private static let entryByteCount = 72

    let store: Store
    let snapshot: Snapshot
    let file: any StorageFile
    let probes: [LookUpProbe]
    /// Look-ups in other frames, so many that none of the probes' frames is kept in memory afterwards.
    let others: [(series: SeriesID, time: Timestamp)]

    /// What the parts give and what the snapshot gives must be the same, before anything is timed.
    func check() throws {
        var buffer = FrameBuffer()
        for probe in probes {
            // A span borrows from a variable, not from an object.
            let bytes = probe.frameBytes
            let part = try probe.layout.sample(
                atOrBefore: probe.time, inFrame: probe.frame, from: bytes.rawSpan, using: &buffer)
            let whole = try snapshot.sample(
                of: probe.series, atOrBefore: Timestamp(rawValue: probe.time))
            guard let part, let whole, part.time == whole.time.rawValue,
                part.value.bitPattern == whole.value.bitPattern
            else { throw WrongAnswer("\(probe.address) at \(probe.time): the parts disagree") }
        }
    }

    /// The parts of a look-up whose frame is not in memory.
    func parts() throws -> [Step] {
        var bytes: [UInt8] = []
        var buffer = FrameBuffer()
        return try measure([
            (
                "index: directory and entry, answered by the entry alone",
                { probe in
                    try snapshot.sample(
                        of: probe.series, atOrBefore: probe.chunkSummary.lastTime)!.value
                }
            ),
            (
                "read: pread of one frame",
                { probe in
                    let count = probe.frameBytes.count
                    return Double(
                        try file.read(at: probe.frameOffset, byteCount: count, into: &bytes))
                }
            ),
            (
                "verify: checksum of the frame",
                { probe in
                    let bytes = probe.frameBytes
                    try probe.layout.verify(frame: probe.frame, bytes: bytes.rawSpan)
                    return 1
                }
            ),
            (
                "decode: one sample of the frame",
                { probe in
                    let bytes = probe.frameBytes
                    return try probe.layout.sample(
                        atOrBefore: probe.time, inFrame: probe.frame, from: bytes.rawSpan,
                        using: &buffer)!.value
                }
            ),
        ])
    }

    /// A whole look-up whose frame is read and verified.
    ///
    /// The frames that the store keeps are pushed out before each round.
    func wholeWithRead() throws -> Step {
        // The first look-up of a chunk verifies all of it and keeps no frame.
        for _ in 0..<2 { try lookUpOthers() }
        let name = "a look-up in a snapshot, its frame read and verified"
        var fastest = UInt64.max
        for _ in 0..<LookUpSteps.rounds * LookUpSteps.repetitions {
            try lookUpOthers()
            fastest = min(fastest, try time(name, lookUp))
        }
        return Step(name: name, nanoseconds: Double(fastest) / Double(probes.count))
    }

    private func lookUpOthers() throws {
        for other in others {
            guard try snapshot.sample(of: other.series, atOrBefore: other.time) != nil else {
                throw WrongAnswer("\(other.series) has no sample at \(other.time)")
            }
        }
    }

    private var lookUp: Body {
        { probe in
            try snapshot.sample(of: probe.series, atOrBefore: Timestamp(rawValue: probe.time))!
                .value
        }
    }

    /// What surrounds a look-up, or comes in place of a step the first time.
    func surroundings() throws -> [Step] {
        var buffer = FrameBuffer()
        func decode(_ columns: FrameColumns) -> Body {
            { probe in
                let bytes = probe.frameBytes
                try probe.layout.decode(
                    frame: probe.frame, from: bytes.rawSpan, columns: columns,
                    into: &buffer)
                return buffer.values[0]
            }
        }
        return try measure([
            ("a look-up in a snapshot, its frame kept in memory", lookUp),
            ("nothing: the loop itself", { $0.layout.count > 0 ? 1 : 0 }),
            (
                "checksum of \(LookUpSteps.entryByteCount) bytes, as of an index entry",
                { probe in
                    let bytes = probe.chunk
                    let part = bytes.rawSpan.extracting(first: LookUpSteps.entryByteCount)
                    return Double(H64.hash(part, seed: 1) & 1)
                }
            ),
            ("snapshot of an open store", { _ in Double(store.snapshot().sampleCount) }),
            (
                "catalog: series of an address",
                { Double(snapshot.catalog.series(of: $0.address)!.rawValue) }
            ),
            ("latest, known from before", { try snapshot.latestSample(of: $0.series)!.value }),
            ("first read: checksum of the chunk", { Double(H64.hash($0.chunk, seed: 1) & 1) }),
            (
                "first read: head of the chunk",
                { Double(try LookUpProbe.parse($0.chunk, $0.chunkSummary).count) }
            ),
            ("whole frame: times, values, qualities", decode(.all)),
            ("whole frame: values alone", decode(.values)),
        ])
    }

    /// All steps in turn, several rounds, so that a slow moment of the machine meets all of them.
    private func measure(_ steps: [(name: String, body: Body)]) throws -> [Step] {
        var fastest = [UInt64](repeating: .max, count: steps.count)
        for _ in 0..<LookUpSteps.rounds {
            for (index, step) in steps.enumerated() {
                for _ in 0..<LookUpSteps.repetitions {
                    fastest[index] = min(fastest[index], try time(step.name, step.body))
                }
            }
        }
        return zip(steps, fastest).map { step, nanoseconds in
            Step(name: step.name, nanoseconds: Double(nanoseconds) / Double(probes.count))
        }
    }

    private func time(_ name: String, _ body: Body) throws -> UInt64 {
        try timed {
            var sum = 0.0
            for probe in probes { sum += try body(probe) }
            return sum
        } then: { sum in
            // The sum is used, so that no step can be left out as useless.
            guard !sum.isNaN else { throw WrongAnswer("\(name): no number") }
        }
    }
}
