import Almanac
import AlmanacSimulation
import Synchronization
import TestSupport
import Testing

@Suite("DataManager") struct DataManagerTests {
    let time = ManualTime(start: Timestamp("2026-03-01")!)
    let supply = PointAddress(device: 1201, type: .input, number: 5)
    let fan = PointAddress(device: 1201, type: .output, number: 1)

    /// A store in a folder of its own with a device and two points.
    func filled(
        _ body: (DataManager, _ path: String) async throws -> Void
    ) async throws {
        try await awaitingTemporaryFolder { folder in
            let path = folder + "/s"
            let manager = try DataManager.open(at: path, time: time)
            try await manager.upsert(Device(deviceID: 1201, deviceName: "AHU1"))
            try await manager.upsert([
                MonitoringPoint(
                    address: supply, pointName: "Supply", unitCode: 62, dataType: .analog),
                MonitoringPoint(address: fan, pointName: "Fan/1", dataType: .digital),
            ])
            try await body(manager, path)
            await manager.close()
        }
    }

    private func sample(_ hour: Int, _ value: Double) -> PointSample {
        PointSample(
            point: supply, value: value,
            at: Timestamp(rawValue: Timestamp("2026-01-01")!.rawValue + Int64(hour) * 3_600_000))
    }

    @Test("keeps devices and points, with their times, over reopening")
    func nouns() async throws {
        try await filled { manager, path in
            let made = time.now
            time.advance(to: Timestamp("2026-03-02")!)
            let device = try await manager.upsert(
                Device(
                    deviceID: 1201, deviceName: "AHU-1", ipAddress: "10.0.0.4", port: 47808))
            #expect(device.createdAt == made)
            #expect(device.updatedAt == time.now)
            await manager.close()
            let again = try DataManager.open(at: path, time: time)
            #expect(try again.device(1201) == device)
            #expect(try again.points(of: 1201).map(\.address) == [fan, supply])
            #expect(try again.points(matching: "*/Fan*").map(\.address) == [fan])
            let point = try #require(try again.point(supply))
            #expect(point.pointName == "Supply" && point.unitSymbol == "°C")
            #expect(point.createdAt == made)
            try await again.setStatus(of: 1201, active: false, lastSeen: time.now)
            #expect(try again.devices(activeOnly: true).isEmpty)
            #expect(try again.device(1201)?.lastSeen == time.now)
            await again.close()
        }
    }

    @Test("tells a point's label, unit, kind and range as they were at the time of a sample")
    func versions() async throws {
        try await filled { manager, _ in
            try await manager.setProfile(PointProfile(rangeCode: 1, low: 5, high: 40), of: supply)
            let before = time.now
            time.advance(to: Timestamp("2026-04-01")!)
            try await manager.upsert([
                MonitoringPoint(
                    address: supply, pointName: "Supply air", unitCode: 64, dataType: .digital)
            ])
            try await manager.setProfile(PointProfile(rangeCode: 2), of: supply)
            let snapshot = manager.snapshot()
            let old = try #require(try snapshot.point(supply, at: before))
            #expect(old.pointName == "Supply" && old.unitSymbol == "°C")
            #expect(old.dataType == .analog)
            #expect(try snapshot.point(supply, at: Timestamp("2020-01-01")!)?.pointName == "Supply")
            let new = try #require(try snapshot.point(supply))
            #expect(new.pointName == "Supply air" && new.unitCode == 64)
            #expect(new.dataType == .digital)
            #expect(try snapshot.profile(of: supply, at: before).rangeCode == 1)
            #expect(try snapshot.profile(of: supply).rangeCode == 2)
            let all = try snapshot.descriptions(of: supply)
            #expect(all.map(\.point.unitCode) == [62, 64])
            #expect(all.map(\.profile.rangeCode) == [1, 2])
            #expect(all.last?.validFrom == time.now)
            #expect(all.first.map { $0.validFrom <= before } == true)
            for description in all {
                let moment = description.validFrom
                #expect(try snapshot.point(supply, at: moment) == description.point)
                #expect(try snapshot.profile(of: supply, at: moment) == description.profile)
            }
            let early = TimeRange(from: Timestamp("2020-01-01")!, to: before)!
            #expect(try snapshot.descriptions(of: supply, in: early) == Array(all.prefix(1)))
            let late = TimeRange(from: time.now, to: time.now + .seconds(1))!
            #expect(try snapshot.descriptions(of: supply, in: late) == Array(all.suffix(1)))
            let unknown = PointAddress(device: 1201, type: .input, number: 77)
            #expect(throws: HistoryError.self) { try snapshot.descriptions(of: unknown) }
        }
    }

    @Test("keeps trend logs by number, else by device and name, and replaces their items at once")
    func trendLogs() async throws {
        try await filled { manager, _ in
            let log = try await manager.upsert(
                TrendLog(deviceID: 1201, trendLogName: "Quarter hours"))
            let id = try #require(log.id)
            let same = try await manager.upsert(
                TrendLog(deviceID: 1201, trendLogName: "Quarter hours", interval: .seconds(60)))
            #expect(same.id == id && same.interval == .seconds(60))
            let other = try await manager.upsert(TrendLog(deviceID: 1201, trendLogName: "Other"))
            #expect(other.id != id)
            try await manager.replaceItems(
                of: id,
                with: [
                    TrendLogItem(trendLogID: id, point: fan, pointOrder: 3),
                    TrendLogItem(trendLogID: id, point: supply, pointOrder: 0),
                ])
            #expect(try manager.items(of: id).map(\.point) == [supply, fan])
            let unknown = PointAddress(device: 1201, type: .input, number: 99)
            await #expect(throws: HistoryError.self) {
                try await manager.replaceItems(
                    of: id, with: [TrendLogItem(trendLogID: id, point: unknown, pointOrder: 0)])
            }
            #expect(try manager.items(of: id).count == 2)
            try manager.markCollected(id, at: time.now)
            try manager.markCollected(id, at: Timestamp("2026-02-01")!)
            #expect(try manager.trendLogs(of: 1201).first?.lastCollected == time.now)
            let usage = try manager.activePointUsage(of: 1201)
            #expect(usage.map(\.logCount) == [1, 1])
            #expect(try manager.trendLogSummaries(of: 1201).first?.samplesPerDay == 2880)
        }
    }

    @Test("stores, tells what became of each sample, and answers")
    func samples() async throws {
        try await filled { manager, path in
            let first = try await manager.store((0..<100).map { sample($0, Double($0) / 10) })
            #expect(first.stored == 100 && first.durability == .durable)
            let second = try await manager.store([
                sample(0, 0), sample(1, 7), sample(200, .nan),
                PointSample(point: supply, value: 1, at: Timestamp("2031-01-01")!),
                sample(-24, 3),
            ])
            #expect(second.stored == 1 && second.duplicates == 1 && second.replaced == 1)
            #expect(second.rejected.map(\.index) == [2, 3])
            #expect(second.rejected.map(\.reason) == [.notANumber, .clock])
            #expect(second.quarantined == 1)
            #expect(try manager.events(in: .all, kind: "clock_rejected").count == 1)
            let kept = try await manager.store([sample(2, 9)], onConflict: .keep)
            #expect(kept.kept == 1)
            let range = TimeRange(
                from: Timestamp("2026-01-01")!, to: Timestamp("2026-01-01T03:00Z")!)!
            #expect(try manager.samples(of: supply, in: range).map(\.value) == [0, 7, 0.2])
            let statistics = try manager.statistics(of: supply, in: range)
            #expect(statistics.count == 3 && statistics.max == 7 && statistics.first == 0)
            let moment = Timestamp("2026-02-01")!
            let values = try manager.values(of: 1201, at: moment)
            #expect(values.map(\.point) == [fan, supply])
            #expect(values[0].sample == nil)
            let age = moment.rawValue - sample(99, 0).timestamp.rawValue
            #expect(values[1].age == .milliseconds(age))
            try await manager.upsert(Device(deviceID: 1202, deviceName: "AHU2"))
            let pump = PointAddress(device: 1202, type: .output, number: 1)
            try await manager.upsert([MonitoringPoint(address: pump, dataType: .digital)])
            let site = try manager.values(ofSiteAt: moment)
            #expect(site.map(\.point) == [fan, supply, pump] && Array(site.prefix(2)) == values)
            var streamed: [Double] = []
            for try await batch in try manager.batches(of: supply, in: .all) {
                streamed += batch.map(\.value)
            }
            #expect(streamed.count == 101)
            let reader = try DataManager.open(at: path, mode: .readOnly, time: time)
            #expect(try reader.samples(of: supply, in: .all).map(\.value) == streamed)
            await #expect(throws: HistoryError.self) { try await reader.store([sample(1, 1)]) }
            try await manager.store([sample(300, 5)])
            #expect(try reader.samples(of: supply, in: .all).count == 101)
            try reader.refresh()
            #expect(try reader.samples(of: supply, in: .all).count == 102)
        }
    }

    @Test("answers by bucket, fills what may be filled, finds gaps, and reports on quality")
    func aggregates() async throws {
        try await filled { manager, _ in
            let log = try await manager.upsert(
                TrendLog(deviceID: 1201, trendLogName: "Hours", interval: .seconds(3600)))
            try await manager.replaceItems(
                of: log.id!, with: [TrendLogItem(trendLogID: log.id!, point: supply, pointOrder: 0)]
            )
            // Two days of hours, with six hours missing on the second.
            let hours = (0..<48).filter { !(30..<36).contains($0) }
            try await manager.store(hours.map { sample($0, Double($0)) })
            let first = Timestamp("2026-01-01")!
            let range = TimeRange(from: first, to: Timestamp("2026-01-03")!)!
            let days = try manager.samples(of: supply, in: range, every: .seconds(86_400))
            #expect(days.map(\.value).first == 11.5)
            #expect(days[1].value == hours.filter { $0 >= 24 }.reduce(0) { $0 + Double($1) } / 18)
            let buckets = try manager.buckets(
                of: supply, in: range, every: .day, aggregations: [.mean, .timeWeightedMean])
            #expect(buckets.map(\.count) == [24, 18])
            #expect(buckets[0].timeWeightedMean == 12)
            let gaps = try manager.gaps(of: supply, in: range)
            #expect(gaps.map(\.range.from) == [sample(30, 0).timestamp])
            #expect(gaps.map(\.reason) == [.unknown])
            let gap = Gap(point: supply, range: gaps[0].range, reason: .deviceOffline)
            try await manager.record([gap])
            #expect(try manager.gaps(of: supply, in: range).map(\.reason) == [.deviceOffline])
            let asOf = try manager.values(of: 1201, at: sample(33, 0).timestamp)
            #expect(asOf[1].gap == gap && asOf[1].sample?.value == 29)
            let report = try manager.qualityReport(of: supply, in: range)
            #expect(report.gaps == [gap] && report.usableCount == 42)
            #expect(try manager.coverage(of: supply, in: range).fraction == 42.0 / 48)
            let aligned = try manager.aligned(
                [supply, fan], in: range, every: BucketWidth(.seconds(7200))!, fill: .hold)
            #expect(aligned.starts.count == 24 && aligned.columns.count == 2)
            try await manager.store([
                PointSample(point: fan, value: 1, at: first),
                PointSample(point: fan, value: 0, at: sample(1, 0).timestamp),
                PointSample(point: fan, value: 0, at: sample(2, 0).timestamp),
            ])
            let threeHours = TimeRange(from: first, to: sample(2, 0).timestamp)!
            #expect(try manager.duty(of: fan, in: threeHours).onTime == .seconds(3600))
        }
    }

    @Test("holds current values, and reads a device once for many who ask")
    func currentValues() async throws {
        try await awaitingTemporaryFolder { folder in
            let source = CountingSource(time)
            let manager = try DataManager.open(at: folder + "/s", time: time, source: source)
            try await manager.upsert(Device(deviceID: 1201, deviceName: "AHU1"))
            try await manager.upsert([MonitoringPoint(address: supply, dataType: .analog)])
            try await withThrowingTaskGroup(of: Double.self) { group in
                for _ in 0..<50 {
                    group.addTask { try await manager.currentValue(of: supply).value.value }
                }
                for try await value in group { #expect(value == 21.5) }
            }
            #expect(source.count == 1)
            #expect(manager.cachedValue(of: supply)?.isFresh(at: time.now) == true)
            #expect(manager.cachedValues(of: 1201).count == 1)
            time.advance(by: .milliseconds(60_001))
            #expect(manager.cachedValue(of: supply)?.isFresh(at: time.now) == false)
            #expect(try await manager.currentValue(of: supply).origin == .device)
            #expect(manager.cacheStats().cacheHitCount > 0)
            let unknown = PointAddress(device: 1, type: .input, number: 1)
            #expect(throws: HistoryError.self) {
                try manager.cache(
                    RealtimeValue(
                        point: unknown, value: 1, timestamp: time.now, dataType: .analog))
            }
            var wrong = Configuration()
            wrong.cacheCapacity = 0
            let error = #expect(throws: HistoryError.self) {
                try DataManager.open(at: folder + "/t", configuration: wrong)
            }
            #expect(error?.parameter == "cache_capacity")
            await manager.close()
            wrong = Configuration()
            wrong.siteTimeZone = "Mars/Olympus"
            let zone = #expect(throws: HistoryError.self) {
                try DataManager.open(at: folder + "/t", configuration: wrong)
            }
            #expect(zone?.parameter == "site_time_zone" && zone?.code == .invalidParameter)
        }
    }

    @Test("leaves a gap where samples were deleted, and says who did what")
    func deletion() async throws {
        try await filled { manager, _ in
            try await manager.store((0..<100).map { sample($0, 1) })
            let range = TimeRange(
                from: sample(10, 0).timestamp, to: sample(20, 0).timestamp)!
            let report = try await manager.delete(of: supply, in: range)
            #expect(report.samples == 10)
            #expect(try manager.samples(of: supply, in: range).isEmpty)
            #expect(try manager.recordedGaps(of: supply, in: range).map(\.reason) == [.removed])
            #expect(try manager.recordedGaps(of: fan, in: range).isEmpty)
            #expect(try manager.audit(in: .all).map(\.operation).suffix(1) == ["delete"])
            // Ages count from now while samples still come.
            try await manager.store([PointSample(point: fan, value: 1, at: time.now)])
            let dry = try await manager.removeSamples(olderThan: 58, dryRun: true)
            let real = try await manager.removeSamples(olderThan: 58)
            #expect(dry.samples == real.samples && real.samples == 14)
            let late = try await manager.store([sample(1, 1)])
            #expect(late.rejected.map(\.reason) == [.belowFloor])
            #expect(manager.snapshot().sampleCount == 77)
        }
    }

    @Test("restores from a backup what was there, and to a moment")
    func backup() async throws {
        try await filled { manager, path in
            try await manager.store((0..<100).map { sample($0, Double($0)) })
            try await manager.record([
                Gap(
                    point: supply,
                    range: TimeRange(from: sample(0, 0).timestamp, to: sample(5, 0).timestamp)!,
                    reason: .deviceOffline)
            ])
            try await manager.backup(to: path + "-b")
            #expect(try DataManager.verifyBackup(at: path + "-b").isWhole)
            try DataManager.restore(
                from: path + "-b", to: path + "-r", until: sample(49, 0).timestamp)
            let restored = try DataManager.open(at: path + "-r", time: time)
            #expect(try restored.samples(of: supply, in: .all).count == 50)
            #expect(try restored.recordedGaps(of: supply, in: .all).count == 1)
            #expect(try restored.device(1201)?.deviceName == "AHU1")
            #expect(try restored.verify(deep: true).isWhole)
            await restored.close()
            let error = await #expect(throws: HistoryError.self) {
                try await manager.backup(to: path + "-b")
            }
            #expect(error?.code == .invalidParameter && error?.parameter == "path")
        }
    }

    @Test("names the parameter of every mistake, and changes nothing")
    func mistakes() async throws {
        try await filled { manager, _ in
            let position = manager.snapshot().position
            let unknown = PointAddress(device: 7, type: .input, number: 1)
            func refused(
                _ code: HistoryError.Code, _ parameter: String?,
                _ body: () async throws -> Void
            ) async {
                do {
                    try await body()
                    Issue.record("\(code.rawValue) expected, nothing thrown")
                } catch let error as HistoryError {
                    #expect(error.code == code, "\(error)")
                    #expect(error.parameter == parameter, "\(error)")
                } catch { Issue.record("\(error)") }
            }
            await refused(.unknownPoint, "point") {
                try await manager.store([PointSample(point: unknown, value: 1, at: time.now)])
            }
            await refused(.unknownPoint, "point") { _ = try manager.samples(of: unknown, in: .all) }
            await refused(.unknownDevice, "device") { _ = try manager.points(of: 7) }
            await refused(.unknownDevice, "points") {
                try await manager.upsert([MonitoringPoint(address: unknown, dataType: .analog)])
            }
            await refused(.invalidParameter, "deviceName") {
                try await manager.upsert(Device(deviceID: 8, deviceName: "a/b"))
            }
            await refused(.invalidParameter, "interval") {
                try await manager.upsert(
                    TrendLog(deviceID: 1201, trendLogName: "x", interval: .milliseconds(10)))
            }
            await refused(.unknownTrendLog, "trendLog") {
                _ = try manager.items(of: TrendLogID(rawValue: 77))
            }
            await refused(.invalidParameter, "limit") {
                _ = try manager.samples(of: supply, in: .all, limit: -1)
            }
            await refused(.invalidParameter, "days") {
                try await manager.removeSamples(olderThan: 0)
            }
            await refused(.invalidParameter, "profile") {
                try await manager.setProfile(PointProfile(low: 2, high: 1), of: supply)
            }
            await refused(.limitExceeded, "samples") {
                try await manager.store(
                    [PointSample](repeating: sample(0, 1), count: 1_000_001))
            }
            #expect(manager.snapshot().position == position)
        }
    }

    @Test("refuses a second writer and names it") func secondWriter() async throws {
        try await filled { _, path in
            let error = #expect(throws: HistoryError.self) { try DataManager.open(at: path) }
            #expect(error?.code == .locked && error?.holder != nil)
        }
    }
}

/// A device that answers at once and counts how often it was asked.
private final class CountingSource: PointSource {
    private let time: ManualTime
    private let asked = Mutex(0)

    init(_ time: ManualTime) { self.time = time }

    var count: Int { asked.withLock { $0 } }

    func readings(
        of points: [PointAddress], on device: DeviceID
    ) async throws(PointSourceError) -> [PointAnswer] {
        asked.withLock { $0 += 1 }
        return points.map {
            PointAnswer(
                PointReading(point: $0, value: 21.5, arrival: time.now, dataType: .analog))
        }
    }
}
