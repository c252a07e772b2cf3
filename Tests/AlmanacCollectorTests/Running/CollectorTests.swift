import Almanac
import AlmanacCollector
import AlmanacSimulation
import BACnetIP
import BACnetMessages
import BACnetSimulation
import Testing
import TimeSeriesModel

@Suite("BACnetCollector") struct CollectorTests {
    private func at(_ text: String) -> Timestamp { Timestamp(text)! }

    @Test(
        "stores what the devices show, each sample with its tick, over a midnight and a year border"
    )
    func day() throws {
        let bench = try CollectorBench(start: "2025-12-31T22:00:31Z")
        try bench.live { life in
            try await life.collector.start()
            try await life.sleep(until: "2026-01-01T02:00:40Z")
            let status = life.collector.status()
            for schedule in status.schedules where schedule.interval != nil {
                #expect(schedule.ticksDue == 16 && schedule.ticksDone == 16)
                #expect(schedule.missedTicks == 0)
            }
            for device in status.devices {
                #expect(device.state == .ok && device.lastError == nil)
                #expect(device.lastTick == at("2026-01-01T02:00:00Z"))
            }
            for (index, point) in bench.points {
                let samples = try life.history.samples(of: point.address, in: .all)
                #expect(samples.count == 16, "\(point.address)")
                let offset = CollectorOffsets.offset(
                    of: point.address.device, interval: .seconds(900))
                for (number, sample) in samples.enumerated() {
                    let tick = at("2025-12-31T22:15:00Z") + .seconds(900 * number)
                    #expect(sample.time == tick)
                    #expect(sample.value == bench.truth(index, at: tick + offset))
                }
                #expect(try life.history.gaps(of: point.address, in: .all).isEmpty)
                let cached = life.history.cachedValue(of: point.address)
                #expect(cached?.isFresh(at: life.time.now) == true)
            }
        }
    }

    @Test("asks a device for one thing at a time") func politeness() throws {
        let bench = try CollectorBench { $0.historyInterval = .seconds(60) }
        try bench.live { life in
            try await life.collector.start()
            try await life.sleep(for: .seconds(600))
        }
        for instance in bench.devices.instances {
            #expect(bench.devices.statistics(of: instance).openCountMax == 1)
            #expect(bench.devices.statistics(of: instance).repeatedCount == 0)
        }
    }

    @Test("drifts by nothing in a day") func drift() throws {
        let bench = try CollectorBench(
            deviceCount: 1, pointsPerDevice: 3,
            configure: {
                $0.historyInterval = .seconds(7)
                $0.realtimeInterval = .seconds(3600)
            }, adjust: { profile, _ in profile.replyDelay = .milliseconds(313) })
        try bench.live { life in
            try await life.collector.start()
            try await life.sleep(for: .seconds(86_400))
            let samples = try life.history.samples(of: bench.points[0].point.address, in: .all)
            #expect(samples.count == 86_400 / 7 || samples.count == 86_400 / 7 + 1)
            for (one, next) in zip(samples, samples.dropFirst()) {
                #expect(next.time - one.time == .seconds(7))
            }
            let last = try #require(samples.last)
            let wanted = life.time.now - .seconds(8)
            #expect(last.time >= wanted && last.time.milliseconds % 7000 == 0)
        }
    }

    @Test("one dead device, one slow and one that aborts delay no other") func neighbours() throws {
        let bench = try CollectorBench(
            deviceCount: 20, size: 98,
            configure: {
                $0.historyInterval = .seconds(60)
            })
        #expect(bench.points.count == 20 * 98)
        let instances = bench.devices.instances
        var dead = DeviceFaults()
        dead.isOffline = true
        bench.devices.setFaults(dead, of: instances[0])
        var slow = DeviceFaults()
        slow.delay = .seconds(4)
        bench.devices.setFaults(slow, of: instances[1])
        var aborting = DeviceFaults()
        aborting.abortRate = 1
        bench.devices.setFaults(aborting, of: instances[2])
        try bench.live { life in
            try await life.collector.start()
            try await life.sleep(until: "2025-03-03T01:00:59Z")
            let status = life.collector.status()
            for schedule in status.schedules where schedule.interval != nil {
                guard !instances.prefix(3).contains(schedule.device.rawValue) else { continue }
                #expect(schedule.ticksDue == 60 && schedule.ticksDone == 60)
                #expect(schedule.missedTicks == 0)
            }
            for device in status.devices.dropFirst(3) {
                #expect(device.state == .ok && device.lastError == nil)
                #expect(device.lag ?? .seconds(99) <= .seconds(30))
            }
            #expect(status.devices[0].state == .offline)
            #expect(status.devices[0].lastError?.contains("no answer; 4 tries in 20.0 s") == true)
            #expect(status.devices[0].failuresInARow > 3)
            #expect(status.devices[1].state == .ok)
            #expect(status.devices[2].lastError?.contains("aborted") == true)
        }
    }

    @Test("records one gap for an outage and none after it") func outage() throws {
        let bench = try CollectorBench(
            pointsPerDevice: 5,
            configure: {
                $0.historyInterval = .seconds(60)
            })
        let instance = bench.devices.instances[0]
        try bench.live { life in
            let log = EventLog()
            log.follow(life)
            try await life.collector.start()
            try await life.sleep(until: "2025-03-03T00:10:50Z")
            var faults = DeviceFaults()
            faults.isOffline = true
            bench.devices.setFaults(faults, of: instance)
            try await life.sleep(until: "2025-03-03T00:40:50Z")
            #expect(life.collector.status().devices[0].state == .offline)
            bench.devices.setFaults(DeviceFaults(), of: instance)
            try await life.sleep(until: "2025-03-03T01:10:50Z")
            #expect(life.collector.status().devices[0].state == .ok)
            for (_, point) in bench.points {
                let gaps = try life.history.gaps(of: point.address, in: .all)
                guard point.address.device.rawValue == instance else {
                    #expect(gaps.isEmpty)
                    continue
                }
                #expect(gaps.count == 1 && gaps.first?.reason == .deviceOffline)
                #expect(gaps.first?.range.from == at("2025-03-03T00:11:00Z"))
                let end = try #require(gaps.first?.range.to)
                #expect(end >= at("2025-03-03T00:41:00Z") && end <= at("2025-03-03T00:53:00Z"))
                #expect(gaps.first?.detail?.contains("no answer") == true)
            }
            #expect(log.count(of: .suspect) == 1 && log.count(of: .offline) == 1)
            #expect(log.count(of: .online) == 1)
        }
    }

    @Test("probes at once when the device sends an I-Am") func introduction() throws {
        let bench = try CollectorBench(
            deviceCount: 1, pointsPerDevice: 3,
            configure: {
                $0.historyInterval = .seconds(60)
            })
        let instance = bench.devices.instances[0]
        try bench.live { life in
            var faults = DeviceFaults()
            faults.isOffline = true
            bench.devices.setFaults(faults, of: instance)
            try await life.collector.start()
            // Far into the longest pauses.
            try await life.sleep(for: .seconds(7200))
            #expect(life.collector.status().devices[0].state == .offline)
            bench.devices.setFaults(DeviceFaults(), of: instance)
            _ = try await life.client.whoIs([InstanceRange(instance, instance)])
            try await life.sleep(for: .seconds(1))
            #expect(life.collector.status().devices[0].state == .ok)
        }
    }

    @Test("finds devices without an address by Who-Is") func finding() throws {
        let bench = try CollectorBench(
            pointsPerDevice: 3,
            configure: {
                $0.historyInterval = .seconds(60)
            })
        try bench.live(findsDevices: true) { life in
            try await life.collector.start()
            try await life.sleep(until: "2025-03-03T00:02:59Z")
            for (_, point) in bench.points {
                #expect(try life.history.samples(of: point.address, in: .all).count == 2)
            }
        }
    }

    @Test("starts twice as once, stops, starts again, and records what was missed meanwhile")
    func restart() throws {
        let bench = try CollectorBench(
            pointsPerDevice: 3,
            configure: {
                $0.historyInterval = .seconds(60)
            })
        let point = bench.points[0].point.address
        try bench.live { life in
            try await life.collector.start()
            try await life.collector.start()
            try await life.sleep(until: "2025-03-03T00:05:59Z")
            await life.collector.stop()
            await life.collector.stop()
            #expect(!life.collector.isRunning)
            let count = try life.history.samples(of: point, in: .all).count
            #expect(count == 5)
            // Before the next tick: nothing is missing.
            try await life.collector.start()
            try await life.sleep(until: "2025-03-03T00:10:59Z")
            #expect(try life.history.samples(of: point, in: .all).count == 10)
            #expect(try life.history.gaps(of: point, in: .all).isEmpty)
        }
        bench.time.advance(by: .seconds(3600))
        try bench.live { life in
            try await life.collector.start()
            try await life.sleep(for: .seconds(600))
            let gaps = try life.history.gaps(of: point, in: .all)
            #expect(gaps.map(\.reason) == [.collectorStopped])
            #expect(gaps.first?.range.from == at("2025-03-03T00:11:00Z"))
            #expect(gaps.first?.range.to == at("2025-03-03T01:11:00Z"))
        }
    }

    @Test("stop stores the replies that came, and gives up what does not within two time-outs")
    func draining() throws {
        let bench = try CollectorBench(
            deviceCount: 2, pointsPerDevice: 30,
            configure: {
                $0.historyInterval = .seconds(60)
                $0.alignment = .strict
                $0.realtimeInterval = .seconds(3600)
            })
        let instances = bench.devices.instances
        try bench.live { life in
            var slow = DeviceFaults()
            slow.delay = .seconds(3)
            bench.devices.setFaults(slow, of: instances[0])
            var dead = DeviceFaults()
            dead.isOffline = true
            bench.devices.setFaults(dead, of: instances[1])
            try await life.collector.start()
            try await life.sleep(until: "2025-03-03T00:01:01Z")
            let before = life.time.uptime
            await life.collector.stop()
            let elapsed = life.time.uptime - before
            #expect(elapsed <= .seconds(10) && elapsed > .seconds(2))
            let samples = try bench.points.filter { item in
                try !life.history.samples(of: item.point.address, in: .all).isEmpty
            }
            #expect(samples.count == 30)
            #expect(samples.allSatisfy { $0.point.address.device.rawValue == instances[0] })
        }
    }

    @Test("acts on changes of the catalog within a second, with their reasons")
    func catalogChanges() throws {
        let bench = try CollectorBench(
            pointsPerDevice: 3,
            configure: {
                $0.historyInterval = .seconds(60)
            })
        let points = bench.points.map(\.point.address)
        let device = points[0].device
        try bench.live { life in
            try await life.collector.start()
            try await life.sleep(until: "2025-03-03T00:05:50Z")
            var off = try #require(try life.history.point(points[0]))
            off.isActive = false
            try await life.history.upsert([off])
            try await life.sleep(for: .seconds(1))
            #expect(life.collector.status().devices[0].points == 2)
            try await life.sleep(until: "2025-03-03T00:10:50Z")
            #expect(try life.history.samples(of: points[0], in: .all).count == 5)
            #expect(try life.history.samples(of: points[1], in: .all).count == 10)
            off.isActive = true
            try await life.history.upsert([off])
            try await life.sleep(until: "2025-03-03T00:15:50Z")
            #expect(
                try life.history.gaps(of: points[0], in: .all).map(\.reason) == [.pointDisabled])
            try await life.history.setStatus(of: device, active: false)
            try await life.sleep(for: .seconds(1))
            #expect(life.collector.status().devices[0].state == .disabled)
            try await life.sleep(until: "2025-03-03T00:20:50Z")
            #expect(try life.history.samples(of: points[1], in: .all).count == 15)
        }
    }

    @Test("reads at the intervals of trend logs, and what two logs share once per tick")
    func trendLogs() throws {
        let bench = try CollectorBench(deviceCount: 1, pointsPerDevice: 3)
        let points = bench.points.map(\.point.address)
        try bench.live { life in
            let fast = try await life.history.upsert(
                TrendLog(deviceID: points[0].device, trendLogName: "fast", interval: .seconds(60)))
            let slow = try await life.history.upsert(
                TrendLog(deviceID: points[0].device, trendLogName: "slow", interval: .seconds(90)))
            for (log, own) in [(fast, [points[0], points[1]]), (slow, [points[1], points[2]])] {
                try await life.history.replaceItems(
                    of: log.id!,
                    with: own.enumerated().map {
                        TrendLogItem(
                            trendLogID: log.id!, point: $0.element, pointOrder: UInt8($0.offset))
                    })
            }
            try await life.collector.start()
            try await life.sleep(until: "2025-03-03T00:06:59Z")
            func seconds(_ point: PointAddress) throws -> [Int64] {
                try life.history.samples(of: point, in: .all).map {
                    ($0.time - at("2025-03-03T00:00:00Z")).components.seconds
                }
            }
            #expect(try seconds(points[0]) == [60, 120, 180, 240, 300, 360])
            #expect(try seconds(points[1]) == [60, 90, 120, 180, 240, 270, 300, 360])
            #expect(try seconds(points[2]) == [90, 180, 270, 360])
            #expect(
                try life.history.trendLog(fast.id!)?.lastCollected == at("2025-03-03T00:06:00Z"))
            var off = fast
            off.isActive = false
            try await life.history.upsert(off)
            try await life.sleep(until: "2025-03-03T00:12:59Z")
            #expect(try seconds(points[0]).last == 360)
            off.isActive = true
            try await life.history.upsert(off)
            try await life.sleep(until: "2025-03-03T00:15:59Z")
            #expect(try life.history.gaps(of: points[0], in: .all).map(\.reason) == [.logDisabled])
        }
    }
}
