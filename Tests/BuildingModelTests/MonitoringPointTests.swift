import BuildingModel
import Testing
import TimeSeriesModel

@Suite("MonitoringPoint") struct MonitoringPointTests {
    private let address = PointAddress(device: 1201, type: .input, number: 5)

    @Test("starts active and without what nobody said") func defaults() {
        let point = MonitoringPoint(address: address, dataType: .analog)
        #expect(point.isActive)
        #expect(point.pointName == nil && point.unitCode == nil && point.createdAt == nil)
        #expect(point.displayedUnit == nil)
    }

    @Test("shows the stated symbol before that of its unit code") func displayedUnit() {
        var point = MonitoringPoint(address: address, unitCode: 98, dataType: .analog)
        #expect(point.unit == .percent)
        #expect(point.displayedUnit == "%")
        point.unitSymbol = "% open"
        #expect(point.displayedUnit == "% open")
    }
}
