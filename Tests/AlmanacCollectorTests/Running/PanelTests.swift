import Almanac
import AlmanacCollector
import AlmanacSimulation
import BACnetIP
import BACnetMessages
import Testing
import TimeSeriesModel

/// T3000 panels: an analog input that is not there answers with another input's value.
@Suite("BACnetCollector, T3000 panels") struct PanelTests {
    private static let count: UInt32 = 60

    private func panel(
        on bench: CollectorBench, _ change: (inout ScriptedDevice.State) -> Void = { _ in }
    ) -> ScriptedDevice {
        ScriptedDevice(on: bench.network) { state in
            state.aliases = true
            for number in 1...PanelTests.count {
                state.shown[ObjectIdentifier(.analogInput, number)] =
                    .value(.real(Float(number) + 0.125))
            }
            change(&state)
        }
    }

    private static func flip(_ number: UInt32, _ state: inout ScriptedDevice.State) {
        let analog = ObjectIdentifier(.analogInput, number)
        let binary = ObjectIdentifier(.binaryInput, number)
        if state.shown.removeValue(forKey: analog) != nil {
            state.shown[binary] = .value(.enumerated(1))
        } else {
            state.shown[binary] = nil
            state.shown[analog] = .value(.real(Float(number) + 0.125))
        }
        state.revision = state.revision.map { $0 + 1 }
    }

    private func bench() throws -> CollectorBench {
        try CollectorBench(deviceCount: 1, configure: { $0.historyInterval = .seconds(60) })
    }

    private func expectOwnValues(_ life: CollectorBench.Life, flipped: UInt32?) throws {
        for number in 1...PanelTests.count {
            let point = PointAddress(device: 77, type: .input, number: number)
            let samples = try life.history.samples(of: point, in: .all)
            #expect(!samples.isEmpty)
            for sample in samples {
                let isOwn = sample.value == Double(number) + 0.125
                #expect(isOwn || (number == flipped && sample.value == 1), "\(number): \(sample)")
                #expect(sample.quality == .good)
            }
            if number != flipped { #expect(samples.count == 20) }
        }
    }

    /// The flip comes between any two requests of a round, the first and the last included.
    @Test("store no other point's value when a point flips at any request", arguments: 12..<36)
    func flip(at request: Int) throws {
        let bench = try bench()
        let panel = panel(on: bench) { state in
            state.onRequest = { state, number in
                if number == request { PanelTests.flip(5, &state) }
            }
        }
        try bench.live(plan: panel.plan(.t3, points: 1...PanelTests.count)) { life in
            try await life.collector.start()
            try await life.sleep(until: "2025-03-03T00:20:59Z")
            #expect(panel.now.shown[ObjectIdentifier(.binaryInput, 5)] != nil)
            try expectOwnValues(life, flipped: 5)
            let point = PointAddress(device: 77, type: .input, number: 5)
            let samples = try life.history.samples(of: point, in: .all)
            #expect(samples.count >= 18 && samples.last?.value == 1)
            // Each sample has the kind that its point had then.
            for sample in samples {
                let kind = try life.history.point(point, at: sample.time)?.dataType
                #expect((kind == .digital) == (sample.value == 1), "\(sample.time)")
            }
            #expect(try life.history.profile(of: point).binding?.object == "binary-input,5")
        }
    }

    @Test("are read by their list if they have no database revision") func noRevision() throws {
        let bench = try bench()
        let panel = panel(on: bench) { state in
            state.revision = nil
            state.onRequest = { state, number in
                if number == 40 { PanelTests.flip(5, &state) }
            }
        }
        try bench.live(plan: panel.plan(.t3, points: 1...PanelTests.count)) { life in
            try await life.collector.start()
            try await life.sleep(until: "2025-03-03T00:20:59Z")
            try expectOwnValues(life, flipped: 5)
        }
    }

    @Test("are read for no object that they do not list, and 25 points at a time")
    func unlisted() throws {
        let bench = try bench()
        let panel = panel(on: bench)
        try bench.live(
            plan: panel.plan(.t3, points: 1...PanelTests.count + 1)
        ) { life in
            try await life.collector.start()
            try await life.sleep(until: "2025-03-03T00:10:59Z")
            let missing = ObjectIdentifier(.analogInput, PanelTests.count + 1)
            #expect(panel.now.readCounts[missing] == nil)
            #expect(panel.now.propertyCountMax == 50)
            let point = PointAddress(device: 77, type: .input, number: PanelTests.count + 1)
            #expect(try life.history.samples(of: point, in: .all).isEmpty)
            let error = try #require(life.collector.status().devices[0].lastError)
            #expect(error.contains("does not list"))
        }
    }

    @Test("have their thousandths restored and their sentinel left out") func values() throws {
        let bench = try bench()
        let panel = panel(on: bench) { state in
            state.shown[ObjectIdentifier(.analogInput, 1)] = .value(.real(72.345))
            state.shown[ObjectIdentifier(.analogInput, 2)] = .value(.real(Float(1_431_655.765)))
        }
        try bench.live(plan: panel.plan(.t3, points: 1...3)) { life in
            try await life.collector.start()
            try await life.sleep(until: "2025-03-03T00:10:59Z")
            let first = PointAddress(device: 77, type: .input, number: 1)
            let values = try life.history.samples(of: first, in: .all).map(\.value)
            #expect(values.count == 10 && values.allSatisfy { $0 == 72.345 })
            let second = PointAddress(device: 77, type: .input, number: 2)
            #expect(try life.history.samples(of: second, in: .all).isEmpty)
            panel.change {
                $0.shown[ObjectIdentifier(.analogInput, 2)] = .value(.real(20))
            }
            try await life.sleep(until: "2025-03-03T00:20:59Z")
            #expect(try life.history.gaps(of: second, in: .all).map(\.reason) == [.sentinel])
        }
    }

    /// Replies of a panel take seconds, and a round has to fit into its interval.
    @Test(
        "of 256 points are read in one round of 12 requests",
        arguments: [(Duration.milliseconds(300), Duration.seconds(5)), (.seconds(2), .seconds(30))])
    func time(delay: Duration, limit: Duration) throws {
        // No other round takes requests meanwhile.
        let bench = try CollectorBench(
            deviceCount: 1, configure: { $0.realtimeInterval = .seconds(86_400) })
        let panel = ScriptedDevice(
            on: bench.network, pace: ScriptedDevice.Pace(run: bench.run, delay: delay)
        ) { state in
            state.aliases = true
            for number in 1...256 {
                state.shown[ObjectIdentifier(.analogInput, UInt32(number))] =
                    .value(.real(Float(number) + 0.125))
            }
        }
        try bench.live(plan: panel.plan(DeviceProfileName.t3, points: 1...256)) { life in
            try await life.collector.start()
            // The first round reads the list of objects too.
            _ = try await life.collector.collectNow()
            let before = panel.now.requestCount
            let report = try await life.collector.collectNow()
            #expect(report.stored == 256 && report.devices[0].failure == nil)
            // 11 of 25 points at most, and the revision after them.
            #expect(panel.now.requestCount - before == 12)
            #expect(report.devices[0].elapsed == delay * 12)
            #expect(report.devices[0].elapsed < limit)
        }
    }
}
