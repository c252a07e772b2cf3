import Almanac
import AlmanacCollector
import AlmanacSimulation
import BACnetIP
import BACnetMessages
import BACnetSimulation
import Testing
import TimeSeriesModel

@Suite("BACnetCollector, requests and clock") struct CollectorRequestTests {
    private func at(_ text: String) -> Timestamp { Timestamp(text)! }

    @Test("reads now on request, and serves current values through the same queue")
    func onRequest() throws {
        let bench = try CollectorBench(pointsPerDevice: 4)
        let points = bench.points.map(\.point.address)
        try bench.live { life in
            let refused = await #expect(throws: CollectorError.self) {
                try await life.collector.collectNow()
            }
            #expect(refused?.code == .notRunning)
            try await life.collector.start()
            let report = try await life.collector.collectNow()
            #expect(report.points == 8 && report.stored == 8)
            #expect(report.devices.allSatisfy { $0.failure == nil })
            let unknown = await #expect(throws: CollectorError.self) {
                try await life.collector.collectNow(77)
            }
            #expect(unknown?.code == .unknownDevice)
            try await life.sleep(for: .seconds(3))
            let value = try await life.history.currentValue(of: points[0], maxAge: .zero)
            #expect(value.origin == .device && value.isFresh)
            var dead = DeviceFaults()
            dead.isOffline = true
            bench.devices.setFaults(dead, of: points[0].device.rawValue)
            try await life.sleep(for: .seconds(2))
            let error = await #expect(throws: HistoryError.self) {
                try await life.history.currentValue(of: points[0], maxAge: .seconds(1))
            }
            #expect(error?.code == .deviceTimeout)
            // It rests: the next caller does not wait for the time-outs.
            let before = life.time.uptime
            let held = try await life.history.currentValue(of: points[1])
            #expect(held.origin == .cache && life.time.uptime - before < .seconds(1))
        }
    }

    /// A poll of a slow device takes many seconds, and a person waits for one value.
    @Test("serves a caller before the rest of a poll that is under way") func overtaking() throws {
        let bench = try CollectorBench(
            deviceCount: 1,
            configure: {
                $0.alignment = .strict
                $0.historyInterval = .seconds(60)
            }, adjust: { profile, _ in profile.replyDelay = .seconds(3) })
        let point = bench.points[49].point.address
        try bench.live { life in
            try await life.collector.start()
            try await life.sleep(until: "2025-03-03T00:01:01Z")
            let before = life.time.uptime
            _ = try await life.history.currentValue(of: point, maxAge: .zero)
            // What is open has two seconds to go, and its own request takes three.
            #expect(life.time.uptime - before == .seconds(5))
        }
    }

    /// The device counted as lost, and with it every point after the one that it is silent on.
    @Test("collects all other points of a device that never replies for one of them")
    func silence() throws {
        let bench = try CollectorBench(configure: { $0.historyInterval = .seconds(60) })
        let silent = ObjectIdentifier(.analogInput, 30)
        let device = ScriptedDevice(on: bench.network) { state in
            for number in 1...60 {
                state.shown[ObjectIdentifier(.analogInput, UInt32(number))] =
                    .value(.real(Float(number)))
            }
            state.silent = [silent]
        }
        try bench.live(plan: device.plan(points: 1...60)) { life in
            let log = EventLog()
            log.follow(life)
            try await life.collector.start()
            try await life.sleep(until: "2025-03-03T00:20:59Z")
            for number in 1...60 {
                let point = PointAddress(device: 77, type: .input, number: UInt32(number))
                let samples = try life.history.samples(of: point, in: .all)
                guard number == 30 else {
                    // The first rounds look for it.
                    #expect(samples.count >= 18, "\(point)")
                    continue
                }
                #expect(samples.isEmpty)
                let gaps = try life.history.gaps(of: point, in: .all)
                #expect(gaps.map(\.reason) == [.deviceError])
                #expect(gaps.first?.detail?.contains("although the device replies") == true)
            }
            let status = life.collector.status().devices[0]
            #expect(status.state == .ok && log.count(of: .suspect) == 0)
            #expect((status.batchSize ?? 0) > 10)
            // A person who asks for it learns so at once.
            let before = life.time.uptime
            let point = PointAddress(device: 77, type: .input, number: 30)
            let error = await #expect(throws: HistoryError.self) {
                try await life.history.currentValue(of: point)
            }
            #expect(error?.code == .deviceError && life.time.uptime == before)
            // Once an hour it is requested again, alone.
            device.change { $0.silent = [] }
            try await life.sleep(until: "2025-03-03T01:10:59Z")
            #expect(try life.history.samples(of: point, in: .all).count >= 5)
        }
    }

    @Test("gives a device up that falls silent in the middle of a round") func fallsSilent() throws
    {
        let bench = try CollectorBench(configure: { $0.historyInterval = .seconds(60) })
        let device = ScriptedDevice(on: bench.network) { state in
            for number in 1...60 {
                state.shown[ObjectIdentifier(.analogInput, UInt32(number))] =
                    .value(.real(Float(number)))
            }
        }
        try bench.live(plan: device.plan(points: 1...60)) { life in
            try await life.collector.start()
            try await life.sleep(until: "2025-03-03T00:05:59Z")
            device.change { state in
                let first = state.requestCount + 1
                state.onRequest = { state, number in
                    guard number == first else { return }
                    state.silent = Set(state.shown.keys)
                    state.silent.insert(ObjectIdentifier(.device, state.instance))
                }
            }
            try await life.sleep(until: "2025-03-03T00:20:59Z")
            #expect(life.collector.status().devices[0].state == .offline)
            let last = PointAddress(device: 77, type: .input, number: 60)
            let range = TimeRange(from: at("2025-03-03T00:05:00Z"), to: at("2025-03-03T00:15:00Z"))!
            let gaps = try life.history.gaps(of: last, in: range)
            #expect(gaps.map(\.reason) == [.deviceOffline])
        }
    }

    @Test("skips ticks after the clock was set back, and records the event") func clock() throws {
        let bench = try CollectorBench(
            deviceCount: 1, pointsPerDevice: 2,
            configure: {
                $0.historyInterval = .seconds(60)
            })
        let point = bench.points[0].point.address
        try bench.live { life in
            let log = EventLog()
            log.follow(life)
            try await life.collector.start()
            try await life.sleep(until: "2025-03-03T00:10:50Z")
            life.time.setWall(by: .seconds(-300))
            try await life.sleep(for: .seconds(200))
            #expect(try life.history.samples(of: point, in: .all).count == 10)
            #expect(log.count(of: .clockJump) == 1)
            try await life.sleep(until: "2025-03-03T00:12:50Z")
            #expect(try life.history.samples(of: point, in: .all).count == 12)
            life.time.setWall(by: .seconds(3600))
            try await life.sleep(for: .seconds(120))
            let samples = try life.history.samples(of: point, in: .all)
            for sample in samples { #expect(sample.time.milliseconds % 60_000 == 0) }
            #expect(samples.last?.time == at("2025-03-03T01:14:00Z"))
            #expect(log.count(of: .clockJump) == 2)
            let gaps = try life.history.gaps(of: point, in: .all)
            #expect(gaps.map(\.reason) == [.tickMissed])
            let events = try life.history.events(in: .all, kind: "clock_jump")
            #expect(events.count == 2)
        }
    }

    @Test("run collects until its task is cancelled, and stops then") func running() throws {
        let bench = try CollectorBench(
            deviceCount: 1, pointsPerDevice: 2,
            configure: {
                $0.historyInterval = .seconds(60)
            })
        try bench.live { life in
            let task = Task(executorPreference: bench.run.executor) {
                try await life.collector.run()
            }
            try await life.sleep(until: "2025-03-03T00:05:59Z")
            #expect(life.collector.isRunning)
            task.cancel()
            try await task.value
            #expect(!life.collector.isRunning)
            let point = bench.points[0].point.address
            #expect(try life.history.samples(of: point, in: .all).count == 5)
        }
    }

    /// The round that was under way used to switch the device on again when its samples were stored.
    @Test("leaves a device off that is switched off while it is read") func switchedOff() throws {
        let bench = try CollectorBench(
            deviceCount: 1, pointsPerDevice: 4,
            configure: {
                $0.historyInterval = .seconds(60)
                $0.alignment = .strict
                $0.backfill.isEnabled = false
                $0.rediscoversDevices = false
            }, adjust: { profile, _ in profile.replyDelay = .seconds(3) })
        let points = bench.points.map(\.point.address)
        let device = points[0].device
        try bench.live { life in
            try await life.collector.start()
            try await life.sleep(until: "2025-03-03T00:01:01Z")
            try await life.history.setStatus(of: device, active: false)
            try await life.sleep(until: "2025-03-03T00:03:30Z")
            let stored = try life.history.samples(of: points[0], in: .all).map(\.time)
            #expect(stored == [at("2025-03-03T00:01:00Z")])
            let known = try #require(try life.history.device(device))
            #expect(!known.isActive)
            #expect(try #require(known.lastSeen) > at("2025-03-03T00:01:02Z"))
        }
    }
}
