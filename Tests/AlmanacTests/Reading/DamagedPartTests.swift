import Almanac
import AlmanacSimulation
import DurableFiles
import SegmentStore
import TestSupport
import Testing

/// One damaged chunk of one point once made the values of its device and of the site, aligned columns
/// and reports throw, and no manager named damage as the reason of a gap.
@Suite("DamagedPart") struct DamagedPartTests {
    private let bench = ManagerBench(at: "2026-03-01T00:00Z")
    private static let minuteCount = 3 * 8192

    private func minute(_ number: Int) -> Timestamp {
        Timestamp(milliseconds: Timestamp("2026-02-01")!.milliseconds + Int64(number) * 60_000)
    }

    private var range: TimeRange {
        TimeRange(from: minute(0), to: minute(DamagedPartTests.minuteCount))!
    }

    /// A point with a value per minute, two with one per hour; the second of the three chunks of the
    /// first one is damaged from end to end.
    private func damaged(
        _ mode: HistoryMode = .sampled, _ body: (DataManager, ChunkSummary) throws -> Void
    ) async throws {
        try await awaitingTemporaryFolder { folder in
            let path = folder + "/s"
            let writer = try bench.open(path)
            try await bench.define(in: writer)
            try await writer.setProfile(PointProfile(historyMode: mode), of: bench.supply)
            try await writer.store(
                (0..<DamagedPartTests.minuteCount).flatMap { number in
                    let points =
                        number % 60 == 0 ? [bench.supply, bench.fan, bench.other] : [bench.supply]
                    return points.map {
                        PointSample(point: $0, value: Double(number / 60 % 9), at: minute(number))
                    }
                })
            try await writer.flush()
            try await writer.compact()
            await writer.close()
            let engine = try Snapshot.open(at: path)
            let chunks = try engine.chunks(
                of: try #require(engine.catalog.series(of: bench.supply)))
            #expect(chunks.count == 3)
            let chunk = chunks[1]
            let file = try PosixStorage(root: path).open(chunk.file, .write)
            for offset in stride(from: chunk.offset, to: chunk.offset + chunk.byteCount, by: 16) {
                try file.write([try file.read(at: offset, byteCount: 1)[0] ^ 0x5A], at: offset)
            }
            file.close()
            try body(try DataManager.open(at: path, mode: .readOnly, time: bench.time), chunk)
        }
    }

    private func isOf(_ chunk: ChunkSummary, _ part: DamagedPart?) -> Bool {
        guard let part, let range = part.range else { return false }
        return part.point == bench.supply && part.file == chunk.file
            && (chunk.offset..<chunk.offset + chunk.byteCount).contains(part.offset)
            && range.from >= chunk.firstTime && range.to > chunk.firstTime
            && range.to.rawValue <= chunk.lastTime.rawValue + 1 && !part.message.isEmpty
    }

    @Test(
        "values of a device and of the site are those that can be read, and name what may hide newer"
    )
    func valuesAsOf() async throws {
        try await damaged { manager, chunk in
            // The chunk's last sample is in the index too, which is whole.
            let moment = Timestamp(milliseconds: chunk.lastTime.milliseconds - 60_000)
            let before = Timestamp(milliseconds: chunk.firstTime.milliseconds - 60_000)
            for values in [
                try manager.values(of: 1201, at: moment), try manager.values(ofSiteAt: moment),
            ] {
                let supply = try #require(values.first { $0.point == bench.supply })
                #expect(supply.sample?.time == before)
                #expect(isOf(chunk, supply.damaged.first) && supply.damaged.count == 1)
                #expect(supply.gap?.reason == .damaged)
                for value in values where value.point != bench.supply {
                    #expect(value.sample != nil && value.damaged.isEmpty && value.gap == nil)
                }
            }
            #expect(try manager.values(ofSiteAt: moment).count == 3)
            // Neither before nor after it anything is hidden.
            for time in [before, minute(DamagedPartTests.minuteCount)] {
                let values = try manager.values(of: 1201, at: time)
                #expect(values.allSatisfy { $0.damaged.isEmpty && $0.sample != nil })
            }
        }
    }

    @Test(
        "aligned columns keep every value that can be read", arguments: [Fill.none, .hold, .linear])
    func aligned(_ fill: Fill) async throws {
        try await damaged { manager, chunk in
            let found = try manager.aligned(
                [bench.supply, bench.fan], in: range, every: BucketWidth(.seconds(3600))!,
                fill: fill)
            #expect(isOf(chunk, found.damaged.first) && found.damaged.count == 1)
            #expect(found.columns[0].damaged == found.damaged)
            #expect(found.columns[1].damaged.isEmpty)
            for (place, start) in found.starts.enumerated() {
                let hour = Double(place % 9)
                #expect(found.columns[1].values[place] == hour)
                let end = start.milliseconds + 3_600_000
                let isLost = start > chunk.firstTime && end <= chunk.lastTime.milliseconds
                let isWhole =
                    end <= chunk.firstTime.milliseconds || start > chunk.lastTime
                if isLost { #expect(found.columns[0].values[place] == nil) }
                if isWhole { #expect(found.columns[0].values[place] == hour) }
            }
        }
    }

    @Test("a value that is stored when it changes is not held through damage") func held()
        async throws
    {
        try await damaged(.changeOfValue) { manager, chunk in
            let found = try manager.aligned(
                [bench.supply], in: range, every: BucketWidth(.seconds(3600))!, fill: .hold)
            for (place, start) in found.starts.enumerated()
            where start > chunk.firstTime && start < chunk.lastTime {
                let end = Timestamp(milliseconds: start.milliseconds + 3_600_000)
                if end <= chunk.lastTime { #expect(found.columns[0].values[place] == nil) }
            }
        }
    }

    @Test(
        "gaps, coverage and reports name damage as the reason",
        arguments: [
            HistoryMode.sampled, .changeOfValue,
        ])
    func trust(_ mode: HistoryMode) async throws {
        try await damaged(mode) { manager, chunk in
            for history in [manager.snapshot(), try manager.read { $0 }] {
                let gaps = try history.gaps(of: bench.supply, in: range)
                #expect(gaps.map(\.reason) == [.damaged])
                let gap = try #require(gaps.first)
                #expect(gap.range.contains(minute(12_000)))
                #expect(try history.gaps(of: bench.fan, in: range).isEmpty)
                let report = try history.qualityReport(of: 1201 as DeviceID, in: range)
                #expect(report.points.map(\.point) == [bench.fan, bench.supply])
                #expect(isOf(chunk, report.damaged.first) && report.damaged.count == 1)
                let supply = report.points[1]
                let alone = try history.qualityReport(of: bench.supply, in: range)
                #expect(supply == alone)
                #expect(supply.gaps == gaps && supply.damaged == report.damaged)
                #expect(supply.usableCount == 2 * 8192)
                #expect(report.points[0].damaged.isEmpty && report.points[0].level == .good)
                let coverage = try history.coverage(of: bench.supply, in: range)
                let fraction = try #require(coverage.fraction)
                #expect(abs(fraction - 2.0 / 3) < 0.01)
            }
        }
    }

    @Test("reads of one point's samples throw, naming file and offset") func single() async throws {
        try await damaged { manager, chunk in
            let inside = Timestamp(milliseconds: chunk.lastTime.milliseconds - 60_000)
            let reads: [() throws -> Void] = [
                { _ = try manager.samples(of: bench.supply, in: range) },
                { _ = try manager.value(of: bench.supply, at: inside) },
                { _ = try manager.duty(of: bench.supply, in: range) },
                { _ = try manager.buckets(of: bench.supply, in: range, every: .day) },
            ]
            for read in reads {
                let error = #expect(throws: HistoryError.self) { try read() }
                #expect(error?.code == .damaged && error?.file == chunk.file)
                #expect(error?.offset != nil)
            }
            let count = try manager.statistics(of: bench.fan, in: range).count
            #expect(count == 410)
        }
    }

    @Test("a damaged journal costs the recorded reasons and no value") func journal() async throws {
        try await bench.filled { manager, path in
            try await manager.store([PointSample(bench.supply, 1, "2026-02-01")])
            try await manager.record([
                Gap(point: bench.supply, range: range, reason: .deviceError)
            ])
            try await manager.flush()
            let storage = try PosixStorage(root: path)
            let name = try #require(try storage.list("rec").first { $0.hasPrefix("journal") })
            let file = try storage.open("rec/" + name, .write)
            let place = FileHeader.encodedSize + 40
            try file.write([try file.read(at: place, byteCount: 1)[0] ^ 1], at: place)
            file.close()
            let reader = try DataManager.open(at: path, mode: .readOnly, time: bench.time)
            let values = try reader.values(of: 1201, at: minute(5))
            #expect(values.map(\.sample?.value) == [nil, 1])
            #expect(values.allSatisfy { $0.damaged.map(\.file) == ["rec/" + name] })
            let report = try reader.qualityReport(of: 1201 as DeviceID, in: range)
            #expect(report.damaged.map(\.file) == ["rec/" + name])
            let error = #expect(throws: HistoryError.self) {
                try reader.recordedGaps(of: bench.supply, in: range)
            }
            #expect(error?.code == .damaged)
        }
    }
}
