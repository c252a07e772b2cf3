import Almanac
import AlmanacSimulation
import Foundation
import Testing
import TimeSeriesModel

/// What describes a point reaches the reader of its samples: decimals, state texts, unit and kind.
@Suite("Descriptions of samples") struct DescriptionTests {
    let program: Program
    let supply = PointAddress(device: 7, type: .input, number: 1)
    let fan = PointAddress(device: 7, type: .output, number: 1)
    let mode = PointAddress(device: 7, type: .variable, number: 1)

    init() throws { program = try Program() }

    /// A temperature whose unit changes on 2025-02-01, a fan and a mode with state texts.
    private func fill() async throws {
        let time = ManualTime(start: Timestamp("2025-01-01")!)
        let history = try DataManager.open(at: program.store, time: time)
        try await history.upsert(Device(deviceID: 7, deviceName: "ahu"))
        try await history.upsert([
            MonitoringPoint(
                address: supply, pointName: "supply", unitCode: 62, dataType: .analog),
            MonitoringPoint(address: fan, pointName: "fan", dataType: .digital),
            MonitoringPoint(address: mode, pointName: "mode", dataType: .multistate),
        ])
        try await history.setProfile(PointProfile(decimals: 1), of: supply)
        try await history.setProfile(PointProfile(stateTexts: ["off", "on"]), of: fan)
        try await history.setProfile(
            PointProfile(stateTexts: ["night", "day", "party\u{7}"]), of: mode)
        // Samples of the future would be kept out.
        time.advance(to: Timestamp("2025-01-10")!)
        try await store(supply, 20.25, "2025-01-02", history)
        try await store(supply, 0.01, "2025-01-03", history)
        try await store(fan, 1, "2025-01-02", history)
        try await store(mode, 3, "2025-01-02", history)
        try await store(mode, 4, "2025-01-03", history)
        time.advance(to: Timestamp("2025-02-01")!)
        try await history.upsert([
            MonitoringPoint(
                address: supply, pointName: "supply", unitCode: 64, dataType: .analog)
        ])
        try await history.setProfile(PointProfile(decimals: 0), of: supply)
        time.advance(to: Timestamp("2025-02-10")!)
        try await store(supply, 68.25, "2025-02-02", history)
        await history.close()
    }

    private func store(
        _ point: PointAddress, _ value: Double, _ day: String, _ history: DataManager
    ) async throws {
        let sample = PointSample(point: point, value: value, at: Timestamp(day)!)
        _ = try await history.store([sample])
    }

    @Test("read shows decimals, state texts, and units that changed; csv keeps the values")
    func read() async throws {
        try await fill()
        let supply = try program.run("read", "ahu/supply", "--output", "table")
        #expect(supply.lines.count == 4)
        #expect(supply.output.contains("20.3 °C  good"))
        // Never a zero that was not written.
        #expect(supply.output.contains("0.01 °C  good"))
        #expect(supply.output.contains("68 °F  good"))
        let csv = try program.run("read", "ahu/supply", "--output", "csv")
        #expect(csv.output.contains(",20.25,good\n") && csv.output.contains(",68.25,good\n"))
        let fan = try program.run("read", "ahu/fan", "--output", "table")
        #expect(fan.output.contains("1 (on)  good"))
        let mode = try program.run("read", "ahu/mode", "--output", "table")
        #expect(mode.output.contains("3 (party\u{FFFD})") && mode.output.contains("4  good"))
    }

    @Test("read lists for programs what described the samples") func json() async throws {
        try await fill()
        let supply = try program.run("read", "ahu/supply", "--output", "json").output
        #expect(
            supply.contains(
                """
                "name":"supply","unit":"°C","data_type":"analog","decimals":1,"states":null},\
                {"valid_from":1738368000000,"name":"supply","unit":"°F","data_type":"analog",\
                "decimals":0,"states":null}],"samples":[
                """), "\(supply)")
        let fan = try program.run("read", "ahu/fan", "--output", "json").output
        #expect(fan.contains(#""states":{"0":"off","1":"on"}"#), "\(fan)")
        let early = try program.run(
            "read", "ahu/supply", "--to", "2025-01-15", "--output", "json"
        ).output
        #expect(early.contains("°C") && !early.contains("°F"), "\(early)")
    }

    @Test("ls points lists decimals and state texts") func list() async throws {
        try await fill()
        let table = try program.run("ls", "points", "--output", "table").output
        #expect(table.contains("1 night, 2 day, 3 party\u{FFFD}") && table.contains("0 off, 1 on"))
        let json = try program.run("ls", "points", "ahu/fan", "--output", "json").output
        #expect(json.contains(#""decimals":null,"states":{"0":"off","1":"on"}"#), "\(json)")
        let csv = try program.run("ls", "points", "ahu/*", "--output", "csv").output
        #expect(csv.contains(",0=off;1=on\n") && csv.contains(",0,\n"), "\(csv)")
    }

    @Test("export ndjson --describe gives each sample the unit, kind and state text of its time")
    func export() async throws {
        try await fill()
        let plain = try program.run("export", "ndjson").lines
        #expect(plain.allSatisfy { !$0.contains("unit\"") } && plain.count == 6)
        let described = try program.run("export", "ndjson", "--describe").lines
        #expect(
            described == [
                line(fan, "fan", "2025-01-02", "1", "null", "digital", "\"on\""),
                line(supply, "supply", "2025-01-02", "20.25", "\"°C\"", "analog", "null"),
                line(supply, "supply", "2025-01-03", "0.01", "\"°C\"", "analog", "null"),
                line(supply, "supply", "2025-02-02", "68.25", "\"°F\"", "analog", "null"),
                line(mode, "mode", "2025-01-02", "3", "null", "multistate", #""party\u0007""#),
                line(mode, "mode", "2025-01-03", "4", "null", "multistate", "null"),
            ])
    }

    private func line(
        _ point: PointAddress, _ name: String, _ day: String, _ value: String, _ unit: String,
        _ kind: String, _ state: String
    ) -> String {
        let time = Timestamp(day)!.milliseconds
        return #"{"point":"ahu/\#(name)","unix_ms":\#(time),"value":\#(value),"quality":"good","#
            + #""unit":\#(unit),"data_type":"\#(kind)","state":\#(state)}"#
    }

    /// How samples came is recorded per batch; the tool left no record.
    @Test("import csv records an event with file, points and range, once")
    func event() async throws {
        let file = try program.folder.file(
            "s.csv", "unix_ms,a,b\n1735689600000,1,2\n1735690500000,3,\n")
        #expect(try program.run("import", "csv", file).status == 0)
        // The same again changes nothing and records nothing.
        #expect(try program.run("import", "csv", file).status == 0)
        let history = try DataManager.open(at: program.store, mode: .readOnly)
        let events = try history.events(in: .all, kind: "import")
        #expect(events.count == 1)
        let fields = try #require(events.first?.fields)
        #expect(fields["samples"] == "3" && fields["points"] == "2" && fields["source"] == file)
        #expect(fields["from"] == "1735689600000" && fields["to"] == "1735690500000")
        await history.close()
        #expect(try program.run("verify").status == 0)
        let info = try program.run("info", "--output", "json").output
        #expect(info.contains("\"wal_bytes\":0"), "\(info)")
    }
}
