import ColumnCodec
import DurableFiles
import SegmentStore
import TestSupport
import Testing
import TimeSeriesModel

/// A process that has read everything keeps its files open for months. Bytes that change on the disk
/// meanwhile must be found by the next read, and no merge may seal them under a new checksum.
///
/// A chunk used to be verified only when a process read it for the first time: later reads, and the
/// merge after them, believed whatever the disk returned.
@Suite("A long-lived process") struct LongLivedProcessTests {
    /// Three points whose chunks have several frames, in a merged segment and in two flushed ones.
    /// The last point has no sample in the flushed ones.
    private static func fill(_ store: Store) throws {
        try store.importColumns([
            0: quarterHours(9000), 1: quarterHours(2100, seed: 2), 2: quarterHours(3000, seed: 3),
        ])
        let end = newYear2025 + 9000 * 900_000
        for round in 0..<2 {
            let first = end + Int64(round) * 40 * 900_000
            try store.importColumns([
                0: quarterHours(40, from: first, seed: 4),
                1: quarterHours(30, from: first - 900_000 * 8000, seed: 5),
            ])
        }
    }

    @Test("returns no value that was not written while bytes of its segments change")
    func reads() throws {
        try withTemporaryFolder { try checkReads(of: $0 + "/store") }
    }

    private func checkReads(of path: String) throws {
        let store = try Store.open(at: path)
        try Self.fill(store)
        store.close()
        let truth = try Results(of: Snapshot.open(at: path), steppingOver: false)
        let segments = try Snapshot.open(at: path).segments
        let storage = try PosixStorage(root: path)
        #expect(segments.count == 3)
        var random = SplitMix64(seed: 21)
        var damagedCount = 0
        for segment in segments {
            let file = try storage.open(segment.file, .write)
            // A prime step visits every part of the file and every place in an index entry.
            for offset in stride(from: 64, to: segment.byteCount, by: 61) {
                let snapshot = try Snapshot.open(at: path)
                #expect(try Results(of: snapshot, steppingOver: false) == truth)
                let byte = try file.read(at: offset, byteCount: 1)
                try file.write([byte[0] ^ 1 << UInt8.random(in: 0..<8, using: &random)], at: offset)
                let results = try Results(of: snapshot, steppingOver: true)
                #expect(results.differences(from: truth) == [], "byte \(offset) of \(segment.file)")
                if results.damagedReadCount > 0 { damagedCount += 1 }
                try file.write(byte, at: offset)
            }
        }
        // Most bytes are samples; those of padding and of the index cost nothing.
        #expect(damagedCount > 50)
    }

    /// What the reads of a store return. A read that met damage has no result.
    private struct Results: Equatable {
        private var byRead: [String: String] = [:]
        /// Reads that reported lost samples.
        private(set) var damagedReadCount = 0

        init(of snapshot: Snapshot, steppingOver isStepping: Bool) throws {
            let last = newYear2025 + 9100 * 900_000
            for index in 0..<3 {
                let series = snapshot.testSeries(index)
                try note("samples \(index)", steppingOver: isStepping) { log in
                    let columns = try snapshot.samples(of: series, in: .all, skipping: log)
                    return
                        "\(columns.times.hashValue) \(columns.values.map(\.bitPattern).hashValue)"
                }
                for time in stride(from: newYear2025 - 1, through: last, by: 433_000_001) {
                    let range = TimeRange(
                        from: Timestamp(milliseconds: time),
                        to: Timestamp(milliseconds: time + 900_000 * 20))!
                    try note("at \(time) of \(index)", steppingOver: isStepping) {
                        let sample = try snapshot.sample(
                            of: series, atOrBefore: range.from, skipping: $0)
                        return "\(sample as Any)"
                    }
                    try note("range at \(time) of \(index)", steppingOver: isStepping) {
                        let columns = try snapshot.samples(of: series, in: range, skipping: $0)
                        return "\(columns.times) \(columns.values)"
                    }
                }
                let year = UTCYear(2025).range
                try note("aggregate \(index)", steppingOver: isStepping) {
                    "\(try snapshot.aggregate(of: series, in: year, skipping: $0))"
                }
                let grid = BucketGrid(covering: year, every: .seconds(30 * 86_400))!
                try note("months \(index)", steppingOver: isStepping) {
                    "\(try snapshot.aggregates(of: series, in: grid, skipping: $0))"
                }
            }
        }

        private mutating func note(
            _ read: String, steppingOver isStepping: Bool, _ body: (DamageLog?) throws -> String
        ) throws {
            let own = isStepping ? DamageLog() : nil
            let result = try body(own)
            if let own, !own.losses.isEmpty {
                damagedReadCount += 1
            } else {
                byRead[read] = result
            }
        }

        func differences(from truth: Results) -> [String] {
            byRead.filter { truth.byRead[$0.key] != $0.value }.map(\.key).sorted()
        }
    }

    @Test("never makes changed bytes final by a merge, a removal or a backup")
    func rewrites() throws {
        try withTemporaryFolder { try checkRewrites(in: $0) }
    }

    private func checkRewrites(in folder: String) throws {
        var refused = 0
        for (round, part) in stride(from: 0.05, to: 0.95, by: 0.11).enumerated() {
            for rewrite in Rewrite.allCases {
                let path = "\(folder)/\(round)-\(rewrite)"
                let store = try Store.open(at: path)
                try Self.fill(store)
                let truth = try store.snapshot().everything()
                let segment = store.snapshot().segments[0]
                let file = try PosixStorage(root: path).open(segment.file, .write)
                let offset = Int(Double(segment.byteCount) * part)
                let byte = try file.read(at: offset, byteCount: 1)
                try file.write([byte[0] ^ 0x10], at: offset)
                let copy = rewrite.run(store, to: path + "-copy", &refused)
                store.close()
                for place in [path, copy].compactMap({ $0 }) {
                    let log = DamageLog()
                    let read = try Snapshot.open(at: place).everything(skipping: log)
                    for (index, samples) in read {
                        for (time, sample) in samples {
                            #expect(truth[index]?[time] == sample, "\(rewrite) \(offset)")
                        }
                    }
                    let lost = rewrite.expected(truth).count(without: read)
                    #expect(lost == 0 || !log.losses.isEmpty, "\(rewrite) \(offset): \(lost)")
                }
            }
        }
        #expect(refused > 0)
    }

    private enum Rewrite: CaseIterable {
        case merge, removal, backup

        /// Returns the folder of a copy, if one was made.
        func run(_ store: Store, to copy: String, _ refused: inout Int) -> String? {
            do throws(StoreError) {
                switch self {
                case .merge: try store.compact()
                case .removal:
                    try store.removeSamples(before: Timestamp(milliseconds: Self.bound))
                case .backup:
                    try store.backup(to: copy)
                    return copy
                }
            } catch {
                #expect(error.code == .damaged)
                refused += 1
            }
            return nil
        }

        private static let bound = newYear2025 + 100 * 900_000

        func expected(_ truth: Truth) -> Truth {
            guard self == .removal else { return truth }
            return truth.mapValues { $0.filter { $0.key >= Self.bound } }
        }
    }
}

extension Truth {
    fileprivate func count(without other: Truth) -> Int {
        reduce(0) { total, item in
            total + item.value.keys.filter { other[item.key]?[$0] == nil }.count
        }
    }
}
