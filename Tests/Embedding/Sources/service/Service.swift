import Almanac

@main struct Service {
    static func main() async throws {
        let history = try DataManager.open(at: CommandLine.arguments[1])
        let supply = PointAddress(device: 1201, type: .input, number: 5)
        try await history.upsert(Device(deviceID: 1201, deviceName: "AHU1"))
        try await history.upsert([
            MonitoringPoint(address: supply, pointName: "Supply", unitCode: 62, dataType: .analog)
        ])
        let midnight = Timestamp("2026-01-01")!
        let receipt = try await history.store(
            (0..<96).map { quarter in
                PointSample(
                    point: supply, value: 20 + Double(quarter % 8) / 10,
                    at: Timestamp(milliseconds: midnight.milliseconds + quarter * 900_000))
            })
        print("stored \(receipt.stored), \(receipt.durability)")
        let noon = Timestamp("2026-01-01T12:00Z")!
        let morning = TimeRange(from: midnight, to: noon)!
        let statistics = try history.statistics(of: supply, in: morning)
        print("mean \(statistics.avg!) °C of \(statistics.count) samples")
        print("at noon \(try history.value(of: supply, at: noon)!.value) °C")
        await history.close()
    }
}
