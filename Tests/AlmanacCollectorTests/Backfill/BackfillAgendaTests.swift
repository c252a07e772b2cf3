import BuildingModel
import Testing
import TimeSeriesModel

@testable import AlmanacCollector

/// Logs are read at the start, when a device is back, and before a quarter of a buffer is new.
@Suite("Times of back-fill") struct BackfillAgendaTests {
    private func report(
        _ device: DeviceID, interval: Duration? = .seconds(60), size: UInt32? = 100,
        failure: String? = nil
    ) -> BackfillReport {
        var report = BackfillReport(device: device, time: Timestamp(milliseconds: 0))
        var log = BackfillReport.Log(object: "trend-log,1")
        log.interval = interval
        log.bufferSize = size
        report.logs = [log]
        report.failure = failure
        return report
    }

    @Test("are few at a time, and all come")
    func few() {
        var agenda = BackfillAgenda(BackfillSettings())
        var open: [BackfillAgenda.Pass] = []
        for number in 1...10 as ClosedRange<UInt32> { open += agenda.begin(DeviceID(number)) }
        #expect(open.count == BackfillAgenda.openCountMax)
        var seen: Set<DeviceID> = []
        while let pass = open.popLast() {
            #expect(pass.verifies)
            seen.insert(pass.device)
            open += agenda.finish(report(pass.device), at: .zero)
            #expect(open.count <= BackfillAgenda.openCountMax)
        }
        #expect(seen.count == 10)
    }

    @Test("come again before a quarter of the buffer is new, within the bounds")
    func pause() {
        var agenda = BackfillAgenda(BackfillSettings())
        _ = agenda.begin(1)
        _ = agenda.finish(report(1, size: 100), at: .zero)
        #expect(agenda.nextDeadline == .seconds(1500))
        #expect(agenda.passTime(to: .seconds(1499)) == [])
        #expect(
            agenda.passTime(to: .seconds(1500)) == [.init(device: 1, verifies: false)])
        _ = agenda.finish(report(1, size: 4), at: .zero)
        #expect(agenda.nextDeadline == .seconds(300))
        _ = agenda.passTime(to: .seconds(300))
        _ = agenda.finish(report(1, size: 100_000), at: .zero)
        #expect(agenda.nextDeadline == .seconds(3600))
        _ = agenda.passTime(to: .seconds(3600))
        _ = agenda.finish(report(1, interval: nil), at: .zero)
        #expect(agenda.nextDeadline == .seconds(300))
    }

    @Test("come at once for a device that is back, also while a pass over it is under way")
    func returned() {
        var agenda = BackfillAgenda(BackfillSettings())
        #expect(agenda.begin(1) == [.init(device: 1, verifies: true)])
        #expect(agenda.begin(1) == [])
        #expect(
            agenda.finish(report(1, failure: "away"), at: .zero)
                == [.init(device: 1, verifies: true)])
        #expect(agenda.finish(report(1, failure: "away"), at: .zero) == [])
        #expect(agenda.nextDeadline == .seconds(300))
        #expect(agenda.begin(1) == [.init(device: 1, verifies: true)])
        #expect(agenda.nextDeadline == nil)
    }

    @Test("are none if back-fill is off")
    func off() {
        var settings = BackfillSettings()
        settings.isEnabled = false
        var agenda = BackfillAgenda(settings)
        #expect(agenda.begin(1) == [])
    }
}
