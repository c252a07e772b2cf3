import ColumnCodec
import DurableFiles
import SegmentStore
import TestSupport
import Testing
import TimeSeriesModel

/// Damage costs the chunk that is damaged, and nothing else stops because of it.
///
/// One flipped bit used to end the merging of its year: each flush read and wrote the year up to the
/// bad chunk, threw that away and left one more segment, without end. A removal that touched the year
/// in part refused, so retention removed nothing.
@Suite("Merging and removing around damage") struct MergeAroundDamageTests {
    private static let quarter: Int64 = 900_000
    private static let chunkSize = Int64(ChunkLimits.disk.chunkSampleCountMax)

    /// A store with one merged segment of three chunks of point 0 and one of point 1.
    private func merged(_ storage: SimulatedStorage) throws -> Truth {
        let store = try Store.open(in: storage)
        try store.importColumns([
            0: quarterHours(20_000), 1: quarterHours(500, seed: 2),
        ])
        try store.compact()
        defer { store.close() }
        return try store.snapshot().everything()
    }

    /// Flips a bit in the middle of the chunk that contains a sample of point 0.
    private func damageChunk(_ number: Int, in storage: SimulatedStorage) throws {
        let snapshot = try Snapshot.open(in: storage)
        let time = newYear2025 + (Int64(number) * Self.chunkSize + 5) * Self.quarter
        let segment = try #require(snapshot.segments.first)
        // The chunks of point 0 follow each other from the header on.
        for offset in stride(from: 64 + 300, to: segment.byteCount, by: 8) {
            let copy = SimulatedStorage(disk: storage.disk)
            #expect(copy.flipBit(1, ofByte: offset, of: segment.file))
            let log = DamageLog()
            _ = try Snapshot.open(in: copy).samples(
                of: snapshot.testSeries(0),
                in: TimeRange(
                    from: Timestamp(milliseconds: time), to: Timestamp(milliseconds: time + 1))!,
                skipping: log)
            guard !log.losses.isEmpty else { continue }
            #expect(storage.flipBit(1, ofByte: offset, of: segment.file))
            return
        }
        Issue.record("no byte of chunk \(number) found")
    }

    /// Reads everything past the damage, and checks that each missing sample is in a span that is
    /// reported as damaged.
    @discardableResult
    private func expect(
        _ snapshot: Snapshot, gives truth: Truth, _ what: String = ""
    ) throws -> Int {
        var lostCount = 0
        for (index, samples) in truth {
            let log = DamageLog()
            let series = snapshot.testSeries(index)
            let read = try snapshot.samples(of: series, in: .all, skipping: log).byTime
            let spans = log.losses.map { $0.from!.rawValue...$0.to!.rawValue }
            // Below a damaged chunk, a sample that it replaces may show.
            for (time, sample) in read where samples[time] != sample {
                #expect(spans.contains { $0.contains(time) }, "\(what): wrong at \(time)")
            }
            for time in samples.keys where read[time] == nil {
                lostCount += 1
                #expect(spans.contains { $0.contains(time) }, "\(what): lost \(time) silently")
            }
        }
        return lostCount
    }

    /// Appends 16 samples of point 0, which is a flush, and says what they were.
    private func appendFlushed(_ store: Store, _ round: Int, to truth: inout Truth) throws {
        let series = store.snapshot().testSeries(0)
        var batch = SampleBatch()
        for index in 0..<32 {
            let time = newYear2025 + (20_000 + Int64(round * 32 + index)) * Self.quarter
            batch.append(series, time: time, value: Double(round))
            truth[0]![time] = TruthSample(bits: Double(round).bitPattern, quality: 0)
        }
        _ = try store.append(batch)
    }

    @Test("keeps the number of segments and the bytes written bounded while flushes go on")
    func bounded() throws {
        func run(isDamaged: Bool) throws -> (segmentCount: Int, byteCount: Int) {
            let storage = SimulatedStorage(seed: 31)
            var truth = try merged(storage)
            if isDamaged { try damageChunk(1, in: storage) }
            var options = StoreOptions()
            options.headSampleCountMax = 16
            let store = try Store.open(in: storage, options: options)
            defer { store.close() }
            let start = storage.operationCount
            for round in 0..<40 { try appendFlushed(store, round, to: &truth) }
            let lost = try expect(store.snapshot(), gives: truth)
            #expect(lost == (isDamaged ? Int(Self.chunkSize) : 0))
            #expect((store.maintenanceFailure?.code == .damaged) == isDamaged)
            let written = storage.trace.filter {
                $0.number > start && $0.kind == .write && $0.path.hasSuffix(".seg")
            }
            return (
                store.snapshot().segments.count, written.reduce(0) { $0 + $1.byteCount }
            )
        }
        let sound = try run(isDamaged: false)
        let damaged = try run(isDamaged: true)
        #expect(sound.byteCount > 0)
        #expect(damaged.segmentCount <= 10, "\(damaged), \(sound) without damage")
        #expect(damaged.byteCount <= 2 * sound.byteCount, "\(damaged), \(sound) without damage")
    }

    @Test(
        "leaves each sample of the segment that wins, whichever of them is damaged",
        arguments: 0..<5)
    func priority(damaged: Int) throws {
        let storage = SimulatedStorage(seed: 32)
        var store = try Store.open(in: storage)
        // Five segments that replace each other's samples in part.
        for round in 0..<5 {
            let times = (0..<300).map { newYear2025 + Int64($0 * (round + 1)) * Self.quarter }
            try store.importColumns([
                0: SampleColumns(times.map { ($0, Double(round)) }),
                1: SampleColumns([(newYear2025 + Int64(round), 1)]),
            ])
        }
        let truth = try store.snapshot().everything()
        let path = store.snapshot().segments[damaged].file
        store.close()
        #expect(storage.flipBit(3, ofByte: 64 + 42, of: path))
        let log = DamageLog()
        let before = try Snapshot.open(in: storage).everything(skipping: log)
        #expect(log.losses.map(\.file) == [path])

        store = try Store.open(in: storage)
        let error = #expect(throws: StoreError.self) { try store.compact() }
        #expect(error?.code == .damaged)
        #expect(error?.file == path)
        // The damaged one, and what is before and after it.
        #expect(store.snapshot().segments.count == (damaged == 0 || damaged == 4 ? 2 : 3))
        #expect(try store.snapshot().everything(skipping: DamageLog()) == before)
        #expect(try store.snapshot().everything(skipping: DamageLog())[1] == truth[1])
        // A second merge writes nothing.
        let changes = storage.changeCount
        #expect(throws: StoreError.self) { try store.compact() }
        #expect(storage.changeCount == changes)
    }

    /// The first sample that stays, as a number of the sample; the damaged chunk.
    struct Retention: Sendable, CustomTestStringConvertible {
        var firstKept: Int
        var damagedChunk: Int
        var testDescription: String { "before \(firstKept), chunk \(damagedChunk) damaged" }
    }

    @Test(
        "lets retention remove what is old",
        arguments: [
            Retention(firstKept: 9_000, damagedChunk: 0),
            Retention(firstKept: 9_000, damagedChunk: 1),
            Retention(firstKept: 9_000, damagedChunk: 2),
            Retention(firstKept: 4_000, damagedChunk: 1),
            Retention(firstKept: 8_192, damagedChunk: 1),
            Retention(firstKept: 8_192, damagedChunk: 0),
        ])
    func retention(_ case: Retention) throws {
        let storage = SimulatedStorage(seed: 33)
        let truth = try merged(storage)
        try damageChunk(`case`.damagedChunk, in: storage)
        let store = try Store.open(in: storage)
        defer { store.close() }
        let bound = newYear2025 + Int64(`case`.firstKept) * Self.quarter
        let chunk = `case`.damagedChunk * Int(Self.chunkSize)
        let damaged = chunk..<min(chunk + Int(Self.chunkSize), 20_000)
        let isKept = damaged.upperBound > `case`.firstKept
        // A damaged chunk that has samples to keep stays whole.
        let due = truth.mapValues { $0.filter { $0.key >= bound } }
        let hiddenCount =
            isKept ? damaged.count - damaged.clamped(to: `case`.firstKept..<20_000).count : 0
        let removedCount =
            truth.values.reduce(0) { $0 + $1.count } - due.values.reduce(0) { $0 + $1.count }
            - hiddenCount

        let announced = try store.removeSamples(
            before: Timestamp(milliseconds: bound), dryRun: true)
        #expect(announced.samples == removedCount)
        let report = try store.removeSamples(before: Timestamp(milliseconds: bound))
        #expect(report.samples == removedCount)
        #expect(report.bytes > 0)
        let snapshot = store.snapshot()
        #expect(
            snapshot.sampleCount
                == due.values.reduce(0) { $0 + $1.count } + hiddenCount)
        let lost = try expect(snapshot, gives: due)
        #expect(lost == (isKept ? damaged.clamped(to: `case`.firstKept..<20_000).count : 0))
        let verified = try Snapshot.open(in: storage).verify(deep: true)
        #expect(verified.damages.count == (isKept ? 1 : 0))
        // What was damaged stays damaged after the next removal too, and nothing else is lost.
        _ = try store.removeSamples(before: Timestamp(milliseconds: bound + 50 * Self.quarter))
        let later = due.mapValues { $0.filter { $0.key >= bound + 50 * Self.quarter } }
        try expect(store.snapshot(), gives: later)
    }

    @Test("merges the other years when one has no room, and says so")
    func noRoomForOneYear() throws {
        let storage = SimulatedStorage(seed: 34)
        let store = try Store.open(in: storage)
        defer { store.close() }
        let next: Int64 = 1_767_225_600_000
        var random = SplitMix64(seed: 5)
        for round in 0..<2 {
            try store.importColumns([
                0: SampleColumns(
                    (0..<60_000).map {
                        (
                            newYear2025 + Int64($0 * 2 + round) * 1000,
                            .random(in: 0...1, using: &random)
                        )
                    }),
                1: quarterHours(50, from: next + Int64(round) * 50 * Self.quarter),
            ])
        }
        #expect(store.snapshot().segments.count == 4)
        // Room for the small year beside the reserve, not for the large one.
        let space = try storage.space()
        let used = space.byteCount - space.availableByteCount
        let large = store.snapshot().segments.map(\.byteCount).max()!
        storage.setCapacity((used + large) * 20 / 19)
        let error = #expect(throws: StoreError.self) { try store.compact() }
        #expect(error?.code == .diskReserve)
        #expect(store.snapshot().segments.count == 3)
    }

    @Test("loses nothing that can be read, in random histories", arguments: 0..<12 as Range<UInt64>)
    func randomHistories(seed: UInt64) throws {
        var random = SplitMix64(seed: 700 + seed)
        let storage = SimulatedStorage(seed: seed)
        var options = StoreOptions()
        options.headSampleCountMax = 16
        var store = try Store.open(in: storage, options: options)
        try store.importColumns([0: quarterHours(9000), 1: quarterHours(40, seed: 3)])
        var truth = try store.snapshot().everything()
        for step in 0..<30 {
            let series = Int.random(in: 0..<2, using: &random)
            let start = newYear2025 + Int64.random(in: 0..<9500, using: &random) * Self.quarter
            let what = "seed \(seed), step \(step)"
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1:
                // Imports see no damage that they do not touch; those that do are refused.
                let columns = SampleColumns(
                    (0..<Int.random(in: 1...200, using: &random)).map {
                        (start + Int64($0) * Self.quarter, Double(step))
                    })
                guard (try? store.importColumns([series: columns])) != nil else { continue }
                truth[series]!.merge(columns.byTime) { $1 }
            case 2:
                let range = TimeRange(
                    from: Timestamp(milliseconds: start),
                    to: Timestamp(
                        milliseconds: start
                            + Int64.random(in: 1..<3000, using: &random) * Self.quarter))!
                try store.remove(store.snapshot().testSeries(series), in: range)
                truth[series] = truth[series]!.filter {
                    !range.contains(Timestamp(milliseconds: $0.key))
                }
            case 3:
                do { try store.compact() } catch { #expect(error.code == .damaged, "\(what)") }
            case 4:
                store.close()
                store = try Store.open(in: storage, options: options)
            default:
                // A byte of the chunks, which end before three pages and a footer.
                let segment = try #require(store.snapshot().segments.randomElement(using: &random))
                let chunks = 64..<segment.byteCount - 3 * 4096 - 128
                #expect(
                    storage.flipBit(
                        2, ofByte: Int.random(in: chunks, using: &random), of: segment.file))
            }
            try expect(store.snapshot(), gives: truth, what)
            #expect(store.snapshot().segments.count <= 40, "\(what)")
        }
        store.close()
    }
}
