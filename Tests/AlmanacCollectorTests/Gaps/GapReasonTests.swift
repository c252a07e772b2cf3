import Almanac
import AlmanacCollector
import AlmanacSimulation
import BACnetIP
import BACnetMessages
import BACnetSimulation
import Testing
import TimeSeriesModel

@Suite("BACnetCollector, reasons of gaps") struct GapReasonTests {
    private func at(_ text: String) -> Timestamp { Timestamp(text)! }
    private let first = PointAddress(device: 77, type: .input, number: 1)
    private let second = PointAddress(device: 77, type: .input, number: 2)
    private static let input = ObjectIdentifier(.analogInput, 1)

    private func bench(
        start: String = "2025-03-03T00:00:31Z", interval: Duration = .seconds(60)
    ) throws -> (CollectorBench, ScriptedDevice) {
        let bench = try CollectorBench(
            deviceCount: 1, start: start, configure: { $0.historyInterval = interval })
        let device = ScriptedDevice(on: bench.network) { state in
            for number in 1...UInt32(2) {
                state.shown[ObjectIdentifier(.analogInput, number)] = .value(.real(20))
            }
        }
        return (bench, device)
    }

    @Test(
        "name what the device showed, from the first missing tick to the next sample",
        arguments: [
            (ScriptedDevice.Shown.value(.real(.nan)), GapReason.notANumber),
            (.value(.real(.infinity)), .notANumber), (.value(.null), .notANumber),
            (.error(ErrorReply(.device, .operationalProblem)), .deviceError),
            (.value(.octets([1, 2])), .deviceError),
        ])
    func shown(shown: ScriptedDevice.Shown, reason: GapReason) throws {
        let (bench, device) = try bench()
        try bench.live(plan: device.plan(points: 1...2)) { life in
            try await life.collector.start()
            try await life.sleep(until: "2025-03-03T00:05:50Z")
            device.change { $0.shown[GapReasonTests.input] = shown }
            try await life.sleep(until: "2025-03-03T00:09:50Z")
            device.change { $0.shown[GapReasonTests.input] = .value(.real(21)) }
            try await life.sleep(until: "2025-03-03T00:15:50Z")
            let gaps = try life.history.gaps(of: first, in: .all)
            #expect(gaps.map(\.reason) == [reason])
            #expect(gaps.first?.range.from == at("2025-03-03T00:06:00Z"))
            #expect(gaps.first?.range.to == at("2025-03-03T00:10:00Z"))
            #expect(gaps.first?.detail?.contains("analog-input,1") == true)
            for sample in try life.history.samples(of: first, in: .all) {
                #expect(sample.value == 20 || sample.value == 21)
            }
            // A failing point costs itself alone.
            #expect(try life.history.samples(of: second, in: .all).count == 15)
            #expect(try life.history.gaps(of: second, in: .all).isEmpty)
        }
    }

    @Test("leave a point alone after three times unknown, until it is discovered again")
    func resting() throws {
        let (bench, device) = try bench()
        try bench.live(plan: device.plan(points: 1...3)) { life in
            let log = EventLog()
            log.follow(life)
            try await life.collector.start()
            try await life.sleep(until: "2025-03-03T00:10:50Z")
            #expect(device.now.readCounts[ObjectIdentifier(.analogInput, 3)] == 3)
            let rests = log.all.filter { $0.kind == .pointRests }
            #expect(rests.map { $0.fields["point"] } == ["77:2:3"] && rests[0].device == 77)
            let recorded = try life.history.events(in: .all, kind: "point_rests")
            #expect(recorded.count == 1)
            #expect(try life.history.samples(of: second, in: .all).count == 10)
        }
    }

    @Test("read a failed point again before its next tick, stamped with the arrival")
    func retry() throws {
        let (bench, device) = try bench(interval: .seconds(900))
        device.change {
            $0.shown[GapReasonTests.input] = .error(ErrorReply(.device, .operationalProblem))
        }
        try bench.live(plan: device.plan(points: 1...2)) { life in
            try await life.collector.start()
            try await life.sleep(until: "2025-03-03T00:16:00Z")
            device.change { $0.shown[GapReasonTests.input] = .value(.real(21)) }
            try await life.sleep(until: "2025-03-03T00:29:00Z")
            let samples = try life.history.samples(of: first, in: .all)
            #expect(samples.count == 1 && samples.first?.value == 21)
            let time = try #require(samples.first?.time)
            #expect(time >= at("2025-03-03T00:20:00Z") && time <= at("2025-03-03T00:20:30Z"))
        }
    }

    @Test("name ticks that were missed because the device is slow") func slow() throws {
        let bench = try CollectorBench(
            deviceCount: 1, pointsPerDevice: 30,
            configure: {
                $0.historyInterval = .seconds(2)
                $0.realtimeInterval = .seconds(3600)
            }, adjust: { profile, _ in profile.replyDelay = .seconds(4) })
        let point = bench.points[0].point.address
        try bench.live { life in
            // Without a stated interval the usual step between samples counts.
            let log = try await life.history.upsert(
                TrendLog(deviceID: point.device, trendLogName: "fast", interval: .seconds(2)))
            let item = TrendLogItem(trendLogID: log.id!, point: point, pointOrder: 0)
            try await life.history.replaceItems(of: log.id!, with: [item])
            try await life.collector.start()
            try await life.sleep(for: .seconds(300))
            let gaps = try life.history.gaps(of: point, in: .all)
            // Of the gap that is still open, the journal has the beginning.
            let closed = gaps.filter { $0.range.to < life.time.now }
            #expect(closed.count > 20)
            #expect(
                Set(closed.map(\.reason)) == [.tickMissed],
                "\(closed.filter { $0.reason != .tickMissed })")
            let status = life.collector.status()
            #expect(status.devices[0].missedTicks > 80)
            let schedule = try #require(status.schedules.first)
            #expect(
                schedule.ticksDue - schedule.ticksDone - schedule.missedTicks
                    == (life.collector.isRunning ? 1 : 0))
        }
    }

    @Test("name a clock that was never set") func clock() throws {
        let (bench, device) = try bench(start: "1999-06-01T00:00:31Z")
        try bench.live(plan: device.plan(points: 1...2)) { life in
            try await life.collector.start()
            try await life.sleep(for: .seconds(600))
            #expect(try life.history.samples(of: first, in: .all).isEmpty)
            try await life.history.flush()
            #expect(
                try life.history.gaps(of: first, in: .all).contains { $0.reason == .clockRejected })
        }
    }
}
