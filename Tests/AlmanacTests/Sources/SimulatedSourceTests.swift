import Almanac
import AlmanacSimulation
import BuildingSimulation
import Testing

@Suite("SimulatedSource") struct SimulatedSourceTests {
    private let world = VirtualRun()
    private let day = TimeRange(
        from: Timestamp("2025-03-03")!, to: Timestamp("2025-03-13")!)!

    private func points(_ device: DeviceID) -> [PointAddress] {
        [PointType.output, .input, .variable].flatMap { type in
            (1...4).map { PointAddress(device: device, type: type, number: $0) }
        }
    }

    /// What a run of a hundred requests answers, and when.
    private func story(seed: UInt64) throws -> [PointReading] {
        let world = VirtualRun()
        let source = SimulatedSource(
            values: .panels(seed: seed), time: world.time, seed: seed)
        let points = points(7)
        return try world.run {
            var readings: [PointReading] = []
            for _ in 0..<100 {
                let answers = try await source.readings(of: points, on: 7)
                readings += try answers.map { try $0.result.get() }
            }
            return readings
        }
    }

    @Test("says the same to the same questions, within the bounds of each kind") func panels()
        throws
    {
        let readings = try story(seed: 3)
        #expect(try story(seed: 3) == readings)
        #expect(try story(seed: 4) != readings)
        for reading in readings {
            switch reading.point.type {
            case .output: #expect(reading.value == 0 || reading.value == 1)
            case .input: #expect((10...30).contains(reading.value))
            default: #expect((0...100).contains(reading.value))
            }
        }
        #expect(Set(readings.map(\.value)).count > 200)
    }

    @Test("takes as long as a device takes, and stamps what it says with the reply") func delays()
        throws
    {
        let arrivals = try story(seed: 3).map(\.arrival)
        let steps = zip(arrivals.dropFirst(), arrivals).map { $0.milliseconds - $1.milliseconds }
            .filter { $0 != 0 }
        #expect(steps.count == 99)
        #expect(steps.allSatisfy { (300...5000).contains($0) })
        #expect(Set(steps).count > 90)
    }

    @Test("falls silent, is slow, refuses, for as long as it was told to") func faults() throws {
        let time = world.time
        let start = time.now
        func range(_ from: Int64, _ to: Int64) -> TimeRange {
            TimeRange(from: start + .seconds(from), to: start + .seconds(to))!
        }
        let source = SimulatedSource(
            values: .panels(), time: time, replies: .init(delay: .seconds(1) ... .seconds(1)),
            faults: [
                .init(.silent, device: 7, during: range(0, 10)),
                .init(.refusing("busy"), device: 7, during: range(10, 20)),
                .init(.slow(by: .seconds(2)), device: 7, during: range(20, 30)),
                .init(.slow(by: .seconds(20)), device: 7, during: range(30, 40)),
            ])
        let point = points(7)[0]
        let other = points(8)[0]
        try world.run {
            await #expect(
                throws: PointSourceError.timeout("device 7 did not answer within 5.0 seconds")
            ) {
                try await source.reading(of: point)
            }
            #expect(time.uptime == .seconds(5))
            _ = try await source.reading(of: other)
            #expect(time.uptime == .seconds(6))
            try await time.sleep(until: .seconds(10))
            await #expect(throws: PointSourceError.deviceError("device 7 refuses: busy")) {
                try await source.reading(of: point)
            }
            try await time.sleep(until: .seconds(20))
            _ = try await source.reading(of: point)
            #expect(time.uptime == .seconds(23))
            try await time.sleep(until: .seconds(30))
            await #expect(throws: PointSourceError.self) { try await source.reading(of: point) }
            #expect(time.uptime == .seconds(35))
            try await time.sleep(until: .seconds(40))
            _ = try await source.reading(of: point)
            #expect(time.uptime == .seconds(41))
        }
    }

    @Test("shows a simulated building with its outages and gaps") func building() throws {
        let building = SimulatedBuilding(seed: 5, pointCount: 200, range: day)
        let source = SimulatedSource(
            values: .building(building), time: world.time, replies: .immediate)
        let time = world.time
        for fault in building.faults {
            let moment = fault.range.from + .seconds(1)
            let world = VirtualRun(time: ManualTime(start: moment))
            let source = SimulatedSource(
                values: .building(building), time: world.time, replies: .immediate)
            let index =
                switch fault.subject {
                case .point(let index): index
                case .device(let index):
                    building.points.firstIndex {
                        $0.address.device == building.devices[index].deviceID
                    }!
                }
            let point = building.points[index].address
            let answer = try world.run {
                await Result { () async throws(PointSourceError) in
                    try await source.reading(of: point)
                }
            }
            switch (fault.kind, answer) {
            case (.deviceOutage, .failure(.timeout)), (.gap, .failure(.deviceError)),
                (.stalled, .failure(.deviceError)):
                break
            case (.stuck, .success), (.outOfRange, .success), (.badQuality, .success):
                let shown = building.sample(of: index, at: moment)
                #expect(try answer.get().value == shown?.value)
                #expect(try answer.get().quality == shown?.quality)
            default: Issue.record("\(fault.kind) came out as \(answer)")
            }
        }
        let nowhere = PointAddress(device: 1001, type: .holiday, number: 1)
        try world.run {
            await #expect(throws: PointSourceError.self) { try await source.reading(of: nowhere) }
            #expect(time.uptime == .zero)
        }
    }
}

extension Result where Failure == PointSourceError {
    init(_ body: () async throws(PointSourceError) -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
