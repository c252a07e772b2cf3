import AlmanacSimulation
import DurableFiles
import SegmentStore
import TestSupport
import Testing

@testable import Almanac

@Suite("The journal, followed") struct JournalIndexTests {
    private let bench = ManagerBench()

    private func gap(_ point: PointAddress, _ hour: Int, _ reason: GapReason) -> Gap {
        let start = Timestamp("2026-01-01")!.milliseconds + Int64(hour) * 3_600_000
        return Gap(
            point: point,
            range: TimeRange(
                from: Timestamp(milliseconds: start),
                to: Timestamp(milliseconds: start + 1_800_000))!, reason: reason)
    }

    @Test("answers from memory what was read once, and a snapshot sees what it is to see")
    func once() async throws {
        try await bench.filled { manager, path in
            for round in 0..<20 {
                try await manager.record(
                    (0..<500).map { gap(bench.supply, round * 500 + $0, .deviceOffline) })
            }
            try await manager.flush()
            let before = manager.snapshot()
            #expect(try manager.recordedGaps(of: bench.supply, in: .all).count == 10_000)
            // The files are not read again: they may be anything now.
            _ = try output(of: "for f in \(path)/rec/journal*; do : > $f; done; echo")
            #expect(throws: HistoryError.self) { try manager.events(in: .all) }
            let day = TimeRange("2026-01-02", "2026-01-03")
            #expect(try manager.recordedGaps(of: bench.supply, in: day).count == 24)
            #expect(try manager.recordedGaps(of: bench.fan, in: day).isEmpty)
            let asOf = try manager.values(of: 1201, at: Timestamp("2026-01-02T00:10Z")!)
            #expect(asOf.first { $0.point == bench.supply }?.isInGap == true)
            try await manager.record([gap(bench.fan, 1, .sentinel)])
            #expect(try manager.recordedGaps(of: bench.fan, in: .all).map(\.reason) == [.sentinel])
            #expect(try before.recordedGaps(of: bench.fan, in: .all).isEmpty)
            #expect(try before.recordedGaps(of: bench.supply, in: .all).count == 10_000)
        }
    }

    @Test("holds a point's counts by the minute for a while, and older ones by the day")
    func counts() async throws {
        try await bench.filled { manager, _ in
            let start = Timestamp("2026-01-01")!.milliseconds
            let minuteCount = 3 * 1440
            func row(_ minute: Int) -> IngestRow {
                let time = start + Int64(minute) * 60_000
                return IngestRow(
                    point: bench.supply, span: time...time,
                    counters: IngestCounters(duplicates: 1, late: minute % 2))
            }
            for hour in 0..<minuteCount / 60 {
                let rows = (0..<60).map { row(hour * 60 + $0) }
                for entries in try rows.map({
                    try IngestRow.journalEntries([$0], at: bench.time.now)
                }) {
                    try await manager.write { (store) throws(StoreError) in
                        try store.record(entries)
                    }
                }
            }
            func count(_ range: TimeRange) throws -> IngestCounters {
                try manager.qualityReport(of: bench.supply, in: range).counters
            }
            let end = start + Int64(minuteCount) * 60_000
            func span(_ from: Int64, _ to: Int64) -> TimeRange {
                TimeRange(from: Timestamp(milliseconds: from), to: Timestamp(milliseconds: to))!
            }
            #expect(
                try count(span(start, end))
                    == IngestCounters(duplicates: minuteCount, late: minuteCount / 2))
            let second = span(start + 86_400_000, start + 2 * 86_400_000)
            #expect(try count(second) == IngestCounters(duplicates: 1440, late: 720))
            #expect(
                try count(span(end - 3_600_000, end)) == IngestCounters(duplicates: 60, late: 30))
            #expect(manager.snapshot().context.journal.rowCount(of: bench.supply) <= 243)
        }
    }

    @Test("is read by many threads at once as by one") func threads() async throws {
        try await bench.filled { manager, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for round in 0..<40 {
                    group.addTask { try await manager.record([gap(bench.supply, round, .unknown)]) }
                    group.addTask {
                        let snapshot = manager.snapshot()
                        let found = try snapshot.recordedGaps(of: bench.supply, in: .all)
                        #expect(Set(found).count == found.count)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try manager.recordedGaps(of: bench.supply, in: .all).count == 40)
        }
    }

    @Test("shows what a salvaged log has lost as a gap of every point, up to its next sample")
    func salvaged() async throws {
        try await awaitingTemporaryFolder { folder in
            let path = folder + "/s"
            let first = try bench.open(path)
            try await bench.define(in: first)
            try await first.flush()
            let start = Timestamp("2026-01-01")!.milliseconds
            for tick in 0..<10 {
                let time = Timestamp(milliseconds: start + Int64(tick) * 900_000)
                try await first.store([
                    PointSample(point: bench.supply, value: Double(tick), at: time),
                    PointSample(point: bench.other, value: Double(tick) + 0.5, at: time),
                ])
            }
            // The process is killed: a copy of its folder, with records of the log torn out.
            let killed = folder + "/k"
            _ = try output(of: "cp -r \(path) \(killed) && rm \(killed)/LOCK && ls \(killed)")
            await first.close()
            try tearLog(in: killed, from: 3, through: 6)
            var options = StoreOptions()
            options.salvagesDamagedLog = true
            try Store.open(at: killed, options: options).close()
            let manager = try bench.open(killed)
            for point in [bench.supply, bench.other] {
                let gaps = try manager.recordedGaps(of: point, in: .all)
                #expect(gaps.map(\.reason) == [.damaged])
                let times = try manager.samples(of: point, in: .all).map(\.time)
                #expect(times.count == 6)
                #expect(gaps[0].range == TimeRange(from: times[2], to: times[3]))
                #expect(gaps[0].detail?.contains("of the log are lost") == true)
                let range = TimeRange(from: times[0], to: times[5])!
                #expect(try manager.gaps(of: point, in: range).map(\.reason) == [.damaged])
            }
            await manager.close()
        }
    }

    /// Flips a bit in some records of samples of the only log that has any.
    private func tearLog(in path: String, from first: Int, through last: Int) throws {
        let storage = try PosixStorage(root: path)
        for name in try storage.list("log") {
            let file = try storage.open("log/" + name, .write)
            let bytes = try file.read(at: 0, byteCount: try file.byteCount())
            let header = try FileHeader(decoding: bytes, file: name)
            var scanner = RecordScanner(
                bytes, from: FileKind.log.contentOffset, salt: header.fileSalt, file: name)
            var number = 0
            while case .frame(let found) = try scanner.next() {
                guard found.frame.type == .samples else { continue }
                if (first...last).contains(number) {
                    let place = found.offset + 24
                    try file.write([bytes[place] ^ 1], at: place)
                }
                number += 1
            }
            file.close()
        }
    }
}
