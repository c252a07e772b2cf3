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

/// The index held every gap that was ever recorded, from the first query on.
@Suite("The bounds of the journal's index") struct JournalIndexBoundTests {
    private let bench = ManagerBench()

    private func gap(_ point: PointAddress, _ from: String, _ to: String) -> Gap {
        Gap(point: point, range: TimeRange(from, to), reason: .deviceOffline)
    }

    @Test("reads the years that a query is about, each once") func years() async throws {
        try await bench.filled { manager, path in
            for year in 2021...2025 {
                try await manager.record([gap(bench.supply, "\(year)-06-01", "\(year)-06-02")])
            }
            try await manager.flush()
            let index = manager.snapshot().context.journal
            let summer = TimeRange("2023-05-01", "2023-09-01")
            #expect(try manager.recordedGaps(of: bench.supply, in: summer).count == 1)
            #expect(index.readCount == 1)
            // Any other file is not needed for it.
            _ = try output(
                of: "cd \(path)/rec; for f in journal*; do : > $f; done; echo")
            #expect(try manager.recordedGaps(of: bench.supply, in: summer).count == 1)
            #expect(try manager.recordedGaps(of: bench.fan, in: summer).isEmpty)
            #expect(index.readCount == 1)
            #expect(throws: HistoryError.self) {
                try manager.recordedGaps(of: bench.supply, in: .all)
            }
        }
    }

    @Test("finds a gap over years from each of them, once")
    func overYears() async throws {
        try await bench.filled { manager, _ in
            let long = gap(bench.supply, "2021-11-01", "2024-02-01")
            try await manager.record([long, gap(bench.supply, "2022-03-01", "2022-03-02")])
            try await manager.flush()
            for range in [
                TimeRange("2021-12-01", "2021-12-02"), TimeRange("2022-06-01", "2022-06-02"),
                TimeRange("2024-01-31", "2030-01-01"), TimeRange("2023-12-31", "2024-01-01"),
            ] {
                #expect(try manager.recordedGaps(of: bench.supply, in: range) == [long])
            }
            #expect(try manager.recordedGaps(of: bench.supply, in: .all).count == 2)
            for range in [
                TimeRange("2021-10-01", "2021-11-01"), TimeRange("2024-02-01", "2024-03-01"),
            ] {
                #expect(try manager.recordedGaps(of: bench.supply, in: range).isEmpty)
            }
            // The same gap recorded twice is there twice, as it was recorded.
            try await manager.record([long])
            #expect(try manager.recordedGaps(of: bench.supply, in: .all).count == 3)
        }
    }

    @Test("takes no more memory than it may, and answers the same", arguments: [40_000, 1 << 20])
    func memory(byteCountMax: Int) async throws {
        try await bench.filled { manager, _ in
            var expected: [PointAddress: [Gap]] = [:]
            for year in 2019...2025 {
                var all: [Gap] = []
                for (number, point) in [bench.supply, bench.fan, bench.other].enumerated() {
                    for day in 1...25 {
                        let text = day < 10 ? "0\(day)" : "\(day)"
                        all.append(
                            gap(
                                point, "\(year)-0\(number + 1)-\(text)",
                                "\(year)-0\(number + 1)-\(text)T12:00Z"))
                    }
                }
                try await manager.record(all)
                for one in all { expected[one.point, default: []].append(one) }
            }
            try await manager.flush()
            let snapshot = manager.engineSnapshot
            let index = JournalIndex(byteCountMax: byteCountMax)
            for _ in 0..<2 {
                for (point, gaps) in expected {
                    #expect(try index.gaps(of: point, in: .all, for: snapshot) == gaps)
                    #expect(index.byteCount <= byteCountMax)
                }
                for year in 2019...2025 {
                    let range = TimeRange("\(year)-01-01", "\(year + 1)-01-01")
                    #expect(
                        try index.gaps(of: bench.fan, in: range, for: snapshot).count == 25)
                    #expect(index.byteCount <= byteCountMax)
                }
            }
            // Seven years of gaps, and the year in which the points were defined, for the audit trail.
            #expect(byteCountMax > 100_000 ? index.readCount == 8 : index.readCount > 14)
        }
    }

    @Test("still reports what retention has removed after the journals of those years are gone")
    func afterRetention() async throws {
        try await bench.filled(.with { $0.dataRetentionDays = 400 }) { manager, _ in
            bench.time.setWall(by: .seconds(-1460 * 86_400))
            let old = PointAddress(device: 1201, type: .input, number: 77)
            try await manager.upsert([MonitoringPoint(address: old, dataType: .analog)])
            bench.time.setWall(by: .seconds(200 * 86_400))
            try await manager.store([
                PointSample(old, 1, "2022-06-01"), PointSample(old, 1, "2022-06-02"),
            ])
            bench.time.setWall(by: .seconds(1260 * 86_400))
            // Ages count from samples that have gone on for more than a week after a pause.
            try await manager.store((10...30).map { PointSample(old, 1, "2025-11-\($0)") })
            try await manager.store([PointSample(old, 1, "2025-12-01")])
            #expect(try await manager.removeExpiredData().samples == 2)
            let summer = TimeRange("2022-06-01", "2022-06-03")
            #expect(try manager.recordedGaps(of: old, in: summer).map(\.reason) == [.removed])
            // The next removal takes the journals of 2022 to 2024 along.
            try await manager.flush()
            bench.time.advance(by: .seconds(86_400))
            try await manager.store([PointSample(old, 1, "2025-01-25T18:00Z")])
            bench.time.advance(by: .seconds(86_400))
            _ = try await manager.removeExpiredData()
            #expect(try manager.recordedGaps(of: old, in: summer).map(\.reason) == [.removed])
        }
    }
}
