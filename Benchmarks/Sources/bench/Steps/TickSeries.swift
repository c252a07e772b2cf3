import TimeSeriesModel

/// The points and values of collection ticks after the end of a workload: its own points first, then
/// further devices of the same make.
struct TickSeries: TickSource {
    /// What twenty devices have.
    static let standardCount = 1960
    private static let countPerDevice = 98

    let keys: [SeriesKey]
    private let workload: Workload
    private let end: Int64

    init(_ workload: Workload, end: Int64, count: Int = TickSeries.standardCount) {
        self.workload = workload
        self.end = end
        keys = (0..<count).map { index in
            if index < workload.series.count {
                return SeriesKey(number: index, address: workload.series[index].address)
            }
            let place = index % TickSeries.countPerDevice
            let model = workload.series[place % workload.series.count].address
            return SeriesKey(
                number: index,
                address: PointAddress(
                    device: DeviceID(UInt32(index / TickSeries.countPerDevice + 1)),
                    type: model.type, number: UInt32(place + 1)))
        }
    }

    func time(of tick: Int) -> Int64 { end + Int64(tick) * 900_000 }

    /// What the points showed at the beginning of the workload.
    func values(of tick: Int) -> [Double] {
        keys.map { key in
            let index = key.number % workload.series.count
            return workload.value(of: index, at: tick % workload.series[index].count)
        }
    }
}
