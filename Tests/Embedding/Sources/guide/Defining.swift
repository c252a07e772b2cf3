import Almanac

/// The points of the example: a temperature and a fan.
enum Plant {
    static let device: DeviceID = 1201
    static let supply = PointAddress(device: device, type: .input, number: 5)
    static let fan = PointAddress(device: device, type: .output, number: 1)
}

/// Makes the plant known. Running it again changes nothing.
func define(in history: DataManager) async throws(HistoryError) {
    try await history.upsert(Device(deviceID: Plant.device, deviceName: "AHU1"))
    try await history.upsert([
        MonitoringPoint(
            address: Plant.supply, pointName: "Supply air", unitCode: 62, dataType: .analog),
        MonitoringPoint(address: Plant.fan, pointName: "Fan", dataType: .digital),
    ])
    try await history.setProfile(PointProfile(low: 5, high: 40), of: Plant.supply)
    // Stored when it changes: its values hold until the next one.
    try await history.setProfile(PointProfile(historyMode: .changeOfValue), of: Plant.fan)
    // What is collected every quarter of an hour: gaps and coverage are told by it.
    let log = try await history.upsert(
        TrendLog(deviceID: Plant.device, trendLogName: "Quarter hours"))
    try await history.replaceItems(
        of: log.id!,
        with: [TrendLogItem(trendLogID: log.id!, point: Plant.supply, pointOrder: 0)])
}
