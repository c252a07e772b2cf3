import Almanac
import AlmanacSimulation
import TestSupport
import Testing

/// A day of a site on virtual time: a poll that feeds the cache, people who look, a device that dies.
@Suite("A simulated day") struct SimulatedDayTests {
    #if DEBUG
        private static let length = Duration.seconds(2 * 3600)
        private static let outage: ClosedRange<Duration> = .seconds(3600) ... .seconds(3900)
    #else
        private static let length = Duration.seconds(24 * 3600)
        private static let outage: ClosedRange<Duration> = .seconds(36_000) ... .seconds(39_600)
    #endif
    private static let devices: [DeviceID] = (1...20).map { DeviceID(1000 + $0) }
    private static let deadDevice: DeviceID = 1007

    /// 24 outputs, 32 inputs, 42 variables.
    private static func points(of device: DeviceID) -> [PointAddress] {
        [(PointType.output, UInt32(24)), (.input, 32), (.variable, 42)].flatMap { type, count in
            (1...count).map { PointAddress(device: device, type: type, number: $0) }
        }
    }

    @Test("answers 95 of 100 questions from the cache") func day() throws {
        let world = VirtualRun()
        let time = world.time
        let start = time.now
        let outage = TimeRange(
            from: start + SimulatedDayTests.outage.lowerBound,
            to: start + SimulatedDayTests.outage.upperBound)!
        let source = SimulatedSource(
            values: .panels(), time: time,
            faults: [.init(.silent, device: SimulatedDayTests.deadDevice, during: outage)])
        let cache = try RealtimeCache(time: time)
        let gate = try DeviceGate()
        let reader = try CurrentValueReader(
            cache: cache, source: source, gate: gate, executor: world.executor)
        let all = SimulatedDayTests.devices.flatMap(SimulatedDayTests.points(of:))

        let answers = try world.run {
            await withTaskGroup(of: Answers.self) { group in
                for device in SimulatedDayTests.devices {
                    group.addTask {
                        await SimulatedDayTests.poll(
                            device, of: source, into: cache, through: gate, on: time)
                        return Answers()
                    }
                }
                for person in 0..<100 {
                    group.addTask {
                        await SimulatedDayTests.look(at: all, with: reader, on: time, person)
                    }
                }
                return await group.reduce(into: Answers()) { $0.add($1) }
            }
        }

        report(cache, answers)
        #expect(cache.stats().cacheHitRate >= 0.95)
        #expect(answers.wrong == 0)
        #expect(cache.stats().evictionCount == 0 && cache.stats().totalPoints == all.count)
        for (device, stats) in cache.statsByDevice() where device != SimulatedDayTests.deadDevice {
            #expect(stats.cacheHitRate >= 0.95, "device \(device.rawValue)")
        }
        #expect(gate.openCount == 0 && reader.wantedCount == 0)
    }

    /// Reads all points every 30 s, 25 a request; a round that takes longer is followed by the next.
    private static func poll(
        _ device: DeviceID, of source: SimulatedSource, into cache: RealtimeCache,
        through gate: DeviceGate, on time: ManualTime
    ) async {
        let points = points(of: device)
        var due = Duration.milliseconds(Int64(device.rawValue % 20) * 1500)
        var failures = 0
        while due < length {
            try? await time.sleep(until: due)
            var isSilent = false
            for first in stride(from: 0, to: points.count, by: 25) where !isSilent {
                let part = Array(points[first..<min(first + 25, points.count)])
                let answers = try? await gate.withTurn(on: device) { () throws(HistoryError) in
                    await Result { () async throws(PointSourceError) in
                        try await source.readings(of: part, on: device)
                    }
                }
                guard case .success(let found) = answers else {
                    isSilent = true
                    continue
                }
                cache.cache(found.compactMap { try? $0.result.get() }.map { RealtimeValue($0) })
            }
            failures = isSilent ? failures + 1 : 0
            // A silent device is probed after 10, 30, 60, 120 … 600 s.
            let rest = [30, 10, 30, 60, 120, 240, 480, 600][min(failures, 7)]
            due = max(due + .seconds(rest), time.uptime)
        }
    }

    /// What the people of the day got.
    private struct Answers: Sendable {
        var fresh = 0
        var stale = 0
        var failed = 0
        /// Fresh by name and not by time, or not the point that was asked for.
        var wrong = 0
        var longestWait = Duration.zero

        mutating func add(_ other: Answers) {
            fresh += other.fresh
            stale += other.stale
            failed += other.failed
            wrong += other.wrong
            longestWait = max(longestWait, other.longestWait)
        }
    }

    /// Asks for a point by chance every 10 s.
    private static func look(
        at points: [PointAddress], with reader: CurrentValueReader, on time: ManualTime,
        _ person: Int
    ) async -> Answers {
        var random = SplitMix64(seed: UInt64(person))
        var answers = Answers()
        var due = Duration.seconds(60) + .milliseconds(person * 97)
        while due < length {
            try? await time.sleep(until: due)
            let point = points.randomElement(using: &random)!
            let asked = time.uptime
            do {
                let current = try await reader.currentValue(of: point)
                let age = time.now.milliseconds - current.value.timestamp.milliseconds
                if current.isFresh { answers.fresh += 1 } else { answers.stale += 1 }
                if current.value.point != point || current.isFresh != (age <= 60_000) {
                    answers.wrong += 1
                }
            } catch {
                answers.failed += 1
            }
            answers.longestWait = max(answers.longestWait, time.uptime - asked)
            due = max(due + .seconds(10), time.uptime)
        }
        return answers
    }

    private func report(_ cache: RealtimeCache, _ answers: Answers) {
        var lines = ["device   hit rate      hits  misses  reads saved"]
        func add(_ name: String, _ stats: CacheStats) {
            let rate = "\((stats.cacheHitRate * 10_000).rounded() / 100) %"
            let columns =
                [rate, "\(stats.cacheHitCount)", "\(stats.cacheMissCount)"]
                + ["\(stats.deviceReadsSaved)"]
            let widths = [10, 10, 8, 13]
            let text = zip(columns, widths).map { column, width in
                String(repeating: " ", count: max(0, width - column.count)) + column
            }
            lines.append(name + String(repeating: " ", count: 7 - name.count) + text.joined())
        }
        for (device, stats) in cache.statsByDevice().sorted(by: { $0.key < $1.key }) {
            let mark = device == SimulatedDayTests.deadDevice ? " †" : ""
            add("\(device.rawValue)\(mark)", stats)
        }
        add("all", cache.stats())
        lines.append(
            "answers: \(answers.fresh) fresh, \(answers.stale) stale, \(answers.failed) failed; "
                + "longest wait \(answers.longestWait); † was silent for "
                + "\(SimulatedDayTests.outage.upperBound - SimulatedDayTests.outage.lowerBound)")
        print(lines.joined(separator: "\n"))
    }
}
