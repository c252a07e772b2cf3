import Almanac
import AlmanacSimulation
import BACnetMessages
import BACnetSimulation
import BuildingModel
import BuildingSimulation
import Testing
import TimeSeriesModel

@testable import AlmanacCollector

/// What a running collector makes of trend logs and of changes that devices report.
@Suite("BACnetCollector, logs and changes") struct CollectorLogTests {
    private func logged(_ bench: CollectorBench, of instance: UInt32) -> [PointAddress] {
        bench.building.points.filter { $0.address.device.rawValue == instance }.prefix(4)
            .map(\.address)
    }

    @Test("an outage is recorded with its reason, and leaves no gap that a log could fill")
    func outage() throws {
        let bench = try CollectorBench(
            pointsPerDevice: 6,
            configure: { configuration in
                configuration.historyInterval = .seconds(60)
                configuration.backfill.isEnabled = true
            },
            adjust: { profile, _ in
                profile.logs.intervalSeconds = 60
                profile.logs.recordCount = 1
            })
        try bench.live { life in
            try await life.collector.start()
            try await life.sleep(for: .seconds(600))
            let instance = bench.devices.instances[0]
            var faults = DeviceFaults()
            faults.isOffline = true
            bench.devices.setFaults(faults, of: instance)
            try await life.sleep(for: .seconds(900))
            bench.devices.setFaults(DeviceFaults(), of: instance)
            try await life.sleep(for: .seconds(2400))
            let logged = logged(bench, of: instance)
            let reasons: Set<GapReason> = [.deviceOffline]
            for (_, point) in bench.points where point.address.device.rawValue == instance {
                let recorded = try life.history.recordedGaps(of: point.address, in: .all)
                #expect(
                    reasons.isSubset(of: Set(recorded.map(\.reason))), "\(point.address)")
                let left = try life.history.gaps(of: point.address, in: .all)
                #expect(left.isEmpty == logged.contains(point.address), "\(point.address) \(left)")
                let times = try life.history.samples(of: point.address, in: .all).map(\.time)
                #expect(Set(times).count == times.count)
            }
            // Once a minute from the device's first record on, live or from the log.
            for point in logged {
                let samples = try life.history.samples(of: point, in: .all)
                let steps = zip(samples, samples.dropFirst()).map {
                    $1.time.milliseconds - $0.time.milliseconds
                }
                #expect(steps.allSatisfy { $0 == 60_000 }, "\(point) \(Set(steps))")
            }
            let logs = life.collector.status().logs
            #expect(logs.count == 2)
            #expect(logs.allSatisfy { $0.nextDue != nil && $0.report.isComplete })
        }
    }

    @Test("a device's logs are read at the start, and by hand")
    func byHand() throws {
        let bench = try CollectorBench(
            pointsPerDevice: 6, configure: { $0.backfill.isEnabled = true })
        try bench.live { life in
            await #expect(throws: CollectorError.self) { try await life.collector.backfill() }
            try await life.collector.start()
            try await life.sleep(for: .seconds(60))
            for instance in bench.devices.instances {
                for point in logged(bench, of: instance) {
                    #expect(try life.history.samples(of: point, in: .all).count == 200)
                }
            }
            try await life.sleep(for: .seconds(1800))
            let reports = try await life.collector.backfill(
                DeviceID(bench.devices.instances[0]))
            #expect(reports.count == 1)
            #expect(reports[0].logs.map(\.ending) == [.done, .done, .done, .done])
            await #expect(throws: CollectorError.self) {
                try await life.collector.backfill(DeviceID(4_000_000))
            }
        }
    }

    /// The same plan with all points reported by the devices.
    private func subscribing(
        _ plan: CollectorPlan, _ mode: PointBinding.Mode = .changeOfValue
    ) throws -> CollectorPlan {
        var points = plan.points
        for index in points.indices { points[index].mode = mode }
        return try CollectorPlan(devices: plan.devices, points: points)
    }

    @Test("changes are stored with their arrival, renewed, and cancelled in the devices at the end")
    func changes() throws {
        let bench = try CollectorBench(pointsPerDevice: 10)
        let plan = try subscribing(bench.plan())
        try bench.live(plan: plan) { life in
            try await life.collector.start()
            try await life.sleep(for: .seconds(3600))
            for instance in bench.devices.instances {
                #expect(bench.devices.subscriptionCount(of: instance) == 10)
                // Twelve renewals at most in an hour, and one request each.
                let requests =
                    bench.devices.statistics(of: instance)
                    .requestCounts[.subscribeCOV] ?? 0
                #expect(requests >= 100 && requests <= 140, "\(requests)")
                #expect(bench.devices.statistics(of: instance).openCountMax == 1)
            }
            var changes = 0
            for (index, point) in bench.points {
                for sample in try life.history.samples(of: point.address, in: .all) {
                    guard sample.time.milliseconds % 900_000 != 0 else { continue }
                    changes += 1
                    // The device looked at it at a whole multiple of ten seconds of its clock.
                    #expect(
                        sample.value == bench.truth(index, at: sample.time),
                        "\(point.address) at \(sample.time)")
                }
            }
            #expect(changes > 100)
            await life.collector.stop()
            for instance in bench.devices.instances {
                #expect(bench.devices.subscriptionCount(of: instance) == 0)
            }
        }
    }

    @Test("points whose subscription is refused are polled")
    func refused() throws {
        let bench = try CollectorBench(
            pointsPerDevice: 10, adjust: { profile, _ in profile.subscriptionCountMax = 4 })
        let plan = try subscribing(bench.plan())
        try bench.live(plan: plan) { life in
            try await life.collector.start()
            try await life.sleep(for: .seconds(3700))
            for (_, point) in bench.points {
                let samples = try life.history.samples(of: point.address, in: .all)
                let ticks = samples.filter { $0.time.milliseconds % 900_000 == 0 }
                let isSubscribed = samples.count > ticks.count
                #expect(isSubscribed || ticks.count == 4, "\(point.address)")
            }
            for instance in bench.devices.instances {
                #expect(bench.devices.subscriptionCount(of: instance) == 4)
            }
        }
    }

    @Test("devices that were away are subscribed to again when they are back")
    func returned() throws {
        let bench = try CollectorBench(pointsPerDevice: 5)
        let plan = try subscribing(bench.plan(), .both)
        try bench.live(plan: plan) { life in
            try await life.collector.start()
            try await life.sleep(for: .seconds(600))
            let instance = bench.devices.instances[0]
            var faults = DeviceFaults()
            faults.isOffline = true
            bench.devices.setFaults(faults, of: instance)
            bench.devices.restart(instance)
            try await life.sleep(for: .seconds(1200))
            #expect(bench.devices.subscriptionCount(of: instance) == 0)
            bench.devices.setFaults(DeviceFaults(), of: instance)
            try await life.sleep(for: .seconds(900))
            #expect(bench.devices.subscriptionCount(of: instance) == 5)
        }
    }
}
