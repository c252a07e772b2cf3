import Testing

@testable import BuildingSimulation

@Suite("Moment") struct MomentTests {
    @Test("knows hour and weekday an hour east of Greenwich") func clock() {
        // 2025-01-06T06:30Z, a Monday.
        let moment = Moment(1_736_145_000_000)
        #expect(moment.weekday == 0 && moment.hour == 7.5 && moment.isWorkday)
        #expect(moment.isScheduled(6, 18) && !moment.isScheduled(8, 18))
        #expect(moment.earlier(by: 8 * Moment.hour).weekday == 6)
        #expect(moment.season > 0.98)
    }
}
