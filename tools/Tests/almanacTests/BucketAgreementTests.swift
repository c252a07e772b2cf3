import Almanac
import Testing

@Suite("almanac read and export, beside the façade") struct BucketAgreementTests {
    private let meter = PointAddress(device: 7, type: .input, number: 1)
    private let fan = PointAddress(device: 7, type: .output, number: 1)
    private let day = TimeRange(
        from: Timestamp("2026-03-02")!, to: Timestamp("2026-03-03")!)!

    private func at(_ hour: Int) -> Timestamp {
        Timestamp(milliseconds: day.from.milliseconds + Int64(hour) * 3_600_000)
    }

    /// A register that rolls over, and a fan that is stored when it changes, with a recorded gap.
    private func fill(_ manager: DataManager) async throws {
        try await manager.upsert(Device(deviceID: 7, deviceName: "unit"))
        try await manager.upsert([
            MonitoringPoint(address: meter, pointName: "meter", dataType: .analog),
            MonitoringPoint(address: fan, pointName: "fan", dataType: .digital),
        ])
        try await manager.setProfile(
            PointProfile(historyMode: .totalizer, modulus: 100), of: meter)
        try await manager.setProfile(PointProfile(historyMode: .changeOfValue), of: fan)
        try await manager.store(
            (0..<24).map {
                PointSample(
                    point: meter, value: Double(60 + $0 * 5).truncatingRemainder(dividingBy: 100),
                    at: at($0))
            }
                + [(0, 0), (6, 1), (20, 0)].map { hour, value in
                    PointSample(point: fan, value: Double(value), at: at(hour))
                })
        try await manager.record([
            Gap(
                point: fan, range: TimeRange(from: at(8), to: at(12))!, reason: .deviceOffline)
        ])
    }

    @Test("tells the same of a register that rolls over and of a fan with a gap")
    func same() async throws {
        let program = try Program()
        let manager = try DataManager.open(at: program.store)
        try await fill(manager)
        for (name, point) in [("unit/meter", meter), ("unit/fan", fan)] {
            let told = try manager.buckets(
                of: point, in: day, every: .day, aggregations: [.timeWeightedMean, .delta])[0]
            let result = try program.run(
                "read", name, "--every", "1d", "--agg", "twm,delta", "--output", "csv")
            let cells = result.lines[1].split(separator: ",", omittingEmptySubsequences: false)
            #expect(Double(cells[1]) == told.timeWeightedMean, "\(name)")
            #expect(Double(cells[2]) == told.delta, "\(name)")
        }
        // 115 from 60 on over the roll-over, and not 75 − 60.
        let meterDay = try manager.buckets(of: meter, in: day, every: .day, aggregations: [.delta])
        #expect(meterDay[0].delta == 115)
        await manager.close()
    }

    @Test("fills the same buckets of a fan with a recorded gap", arguments: [Fill.hold, .linear])
    func filled(_ choice: Fill) async throws {
        let program = try Program()
        let manager = try DataManager.open(at: program.store)
        try await fill(manager)
        let range = TimeRange(from: day.from, to: at(23))!
        let told = try manager.aligned(
            [meter, fan], in: range, every: .milliseconds(3_600_000), fill: choice)
        let result = try program.run(
            "export", "csv", "--every", "1h", "--fill", choice.rawValue, "--from", "2026-03-02",
            "--to", "2026-03-02T23:00:00Z")
        let rows = result.lines.dropFirst().map { line in
            line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        try #require(rows.count == 23, "\(result.errors)")
        for (index, name) in result.lines[0].split(separator: ",").enumerated().dropFirst() {
            let column = told.columns[name == "meter" ? 0 : 1]
            #expect(rows.map { Double($0[index]) } == column.values, "\(name)")
        }
        // Held from 6 on and behind 20, but not from 8 to 12.
        #expect(told.columns[1].filledCount == (choice == .hold ? 8 : 5))
        await manager.close()
    }

    /// `read` and `export` mixed the values of a point that had turned from analog to digital within a
    /// bucket, while the façade did not.
    @Test("never mixes the values of a point that changed its kind")
    func flipped() async throws {
        let program = try Program()
        let manager = try DataManager.open(at: program.store)
        let point = PointAddress(device: 7, type: .variable, number: 3)
        try await manager.upsert(Device(deviceID: 7, deviceName: "unit"))
        try await manager.upsert([
            MonitoringPoint(address: point, pointName: "mode", dataType: .analog)
        ])
        try await manager.store(
            (0..<10).map { PointSample(point: point, value: 21.5, at: at($0)) }
                + (10..<24).map { PointSample(point: point, value: Double($0 % 2), at: at($0)) })
        await manager.close()
        // The change of kind takes effect in the middle of the day.
        let table = try program.folder.file(
            "points.csv", "site,point,kind,unit,data_type\nunit,mode,,,digital\n")
        let file = try program.folder.file(
            "unit.csv", "unix_ms,mode\n\(at(10).milliseconds),0\n")
        #expect(try program.run("import", "csv", file, "--points", table).status == 0)
        let reader = try DataManager.open(at: program.store, mode: .readOnly)
        let known = try reader.buckets(
            of: point, in: day, every: .day,
            aggregations: [.min, .max, .mean, .sum, .count, .first, .last, .timeWeightedMean])[0]
        try #require(known.count == 14 && known.maximum == 1 && known.mean == 0.5)
        let result = try program.run(
            "read", "unit/mode", "--every", "1d", "--agg", "min,max,mean,sum,count,first,last,twm",
            "--output", "csv")
        let cells = result.lines[1].split(separator: ",", omittingEmptySubsequences: false)
        let expected: [Double?] = [
            known.minimum, known.maximum, known.mean, known.sum, 14, known.first, known.last,
            known.timeWeightedMean,
        ]
        #expect(cells.dropFirst().map { Double($0) } == expected, "\(result.lines)")
        for form in ["csv", "ndjson"] {
            let arguments = [
                "export", form, "--every", "12h", "--store", program.store,
            ]
            let rows = try program.run(arguments, [:]).lines.suffix(2)
            // Until noon the later kind's last state, and not the mean with 21.5.
            #expect(rows.first?.contains(form == "csv" ? ",1" : "\"value\":1,") == true, "\(rows)")
        }
    }
}
