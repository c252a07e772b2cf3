import TimeSeriesModel

@testable import AlmanacCollector

enum CollectorOffsets {
    static func offset(of device: DeviceID, interval: Duration) -> Duration {
        TickSchedule.offset(of: device, interval: interval, .spread)
    }
}
