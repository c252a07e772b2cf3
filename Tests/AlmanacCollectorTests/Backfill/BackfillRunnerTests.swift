import Almanac
import AlmanacSimulation
import BACnetMessages
import BACnetSimulation
import BuildingModel
import BuildingSimulation
import TestSupport
import Testing
import TimeSeriesModel

@testable import AlmanacCollector

/// The logs of a simulated device over a network in memory, read into a real store.
@Suite("Back-fill from a device") struct BackfillRunnerTests {
    private static let interval: Int64 = 900_000

    /// Every stored sample of the logged points is the device's record, and none of `moments` is
    /// missing.
    private func check(
        _ field: LogField, _ history: DataManager, _ records: ClosedRange<Int64>,
        _ place: SourceLocation = #_sourceLocation
    ) throws {
        for point in 0..<4 {
            let stored = try history.samples(
                of: field.building.points[point].address, in: .all)
            let expected = records.compactMap {
                field.truth(
                    of: point,
                    at: Timestamp(
                        milliseconds: LogField.start.milliseconds
                            + $0 * BackfillRunnerTests.interval))
            }
            #expect(stored == expected, "point \(point)", sourceLocation: place)
        }
    }

    @Test(
        "stores what the logs hold, then what is new, west and east of Greenwich",
        arguments: [-60, 0, 480])
    func whole(utcOffset: Int) throws {
        try withTemporaryFolder { folder in
            let field = LogField(folder: folder) { profile in
                profile.utcOffsetMinutes = utcOffset
                profile.logs.firstSequence = .max - 150
                profile.octetCountMax = 206
            }
            try field.go { [self] history, runner in
                let first = await runner.run(
                    field.device, at: field.address, points: field.points, verifies: true)
                #expect(first.failure == nil)
                #expect(first.logs.map(\.stored) == [200, 200, 200, 200])
                try check(field, history, -199...0)
                let again = await runner.run(
                    field.device, at: field.address, points: field.points, verifies: true)
                #expect(again.logs.map(\.records) == [0, 0, 0, 0])
                try await field.run.time.sleep(until: .seconds(30 * 900))
                let later = await runner.run(
                    field.device, at: field.address, points: field.points, verifies: false)
                #expect(later.logs.map(\.stored) == [30, 30, 30, 30])
                #expect(later.logs.map(\.known) == [0, 0, 0, 0])
                #expect(later.clockSkew.map { abs($0.wholeMilliseconds) < 100 } == true)
                try check(field, history, -199...30)
                #expect(field.devices.statistics(of: field.instance).openCountMax == 1)
            }
        }
    }

    @Test("records what the buffer dropped as lost, in the gap alone")
    func lost() throws {
        try withTemporaryFolder { folder in
            let field = LogField(folder: folder) { profile in
                profile.logs.recordCount = 20
                profile.logs.recordCountMax = 20
            }
            try field.go { history, runner in
                _ = await runner.run(
                    field.device, at: field.address, points: field.points, verifies: true)
                // Fifty records later the last twenty are there, thirty are not.
                try await field.run.time.sleep(until: .seconds(50 * 900))
                let later = await runner.run(
                    field.device, at: field.address, points: field.points, verifies: true)
                #expect(later.logs.map(\.lost) == [30, 30, 30, 30])
                let gaps = try history.recordedGaps(of: field.points[0].address, in: .all)
                let start = LogField.start.milliseconds
                #expect(gaps.map(\.reason) == [.logLost])
                #expect(
                    gaps.map(\.range) == [
                        TimeRange(
                            from: Timestamp(milliseconds: start + BackfillRunnerTests.interval),
                            to: Timestamp(
                                milliseconds: start + 31 * BackfillRunnerTests.interval))!
                    ])
                let again = await runner.run(
                    field.device, at: field.address, points: field.points, verifies: true)
                #expect(again.logs.map(\.gaps) == [0, 0, 0, 0])
            }
        }
    }

    @Test("goes on from its cursor after the process has ended, and reads nothing twice")
    func restart() throws {
        try withTemporaryFolder { folder in
            let field = LogField(folder: folder)
            try field.go { _, runner in
                _ = await runner.run(
                    field.device, at: field.address, points: field.points, verifies: true)
            }
            let requests = field.devices.statistics(of: field.instance).requestCounts[.readRange]
            try field.go { [self] history, _ in
                try await field.run.time.sleep(until: .seconds(10 * 900))
                let report = await field.runner(history).run(
                    field.device, at: field.address, points: field.points, verifies: true)
                #expect(report.logs.map(\.records) == [10, 10, 10, 10])
                try check(field, history, -199...10)
            }
            let after = field.devices.statistics(of: field.instance).requestCounts[.readRange]
            #expect((after ?? 0) - (requests ?? 0) == 4)
        }
    }

    @Test("comes through over a line that loses requests and replies")
    func lossy() throws {
        try withTemporaryFolder { folder in
            let field = LogField(folder: folder)
            var faults = DeviceFaults()
            faults.lostRequestRate = 0.2
            faults.lostReplyRate = 0.2
            faults.duplicateRate = 0.2
            faults.wrongInvokeIDRate = 0.1
            field.devices.setFaults(faults, of: field.instance)
            try field.go { [self] history, runner in
                for _ in 0..<20 {
                    let report = await runner.run(
                        field.device, at: field.address, points: field.points, verifies: true)
                    if report.isComplete && report.logs.count == 4 { break }
                }
                try check(field, history, -199...0)
            }
        }
    }

    @Test("keeps a sample that the poll has stored at the time of a record")
    func keep() throws {
        try withTemporaryFolder { folder in
            let field = LogField(folder: folder)
            try field.go { history, runner in
                let point = field.points[0].address
                try await history.store([PointSample(point: point, value: -1, at: LogField.start)])
                let report = await runner.run(
                    field.device, at: field.address, points: field.points, verifies: true)
                #expect(report.logs[0].known == 1)
                #expect(try history.value(of: point, at: LogField.start)?.value == -1)
            }
        }
    }

    @Test("ignores logs of points that are not collected, with the reason")
    func ignored() throws {
        try withTemporaryFolder { folder in
            let field = LogField(folder: folder)
            try field.go { _, runner in
                let report = await runner.run(
                    field.device, at: field.address, points: Array(field.points[1...1]),
                    verifies: true)
                #expect(report.logs.map(\.ending) == [.ignored, .done, .ignored, .ignored])
                #expect(report.logs[0].message?.contains("is not collected") == true)
                #expect(report.stored == 200)
            }
        }
    }
}
