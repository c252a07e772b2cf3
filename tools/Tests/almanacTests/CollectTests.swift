import Almanac
import AlmanacCollector
import BACnetIP
import BACnetMessages
import Foundation
import Testing
import TimeSeriesModel

@testable import almanac

/// The program at simulated devices on loopback. What is waited for is waited for until it comes.
@Suite("almanac collect", .timeLimit(.minutes(3))) struct CollectTests {
    private let port = UInt16.random(in: 20_000...30_000)
    private let net = UInt8.random(in: 11...99)
    private let program: Program

    init() throws { program = try Program() }

    private var devices: String { program.folder.path + "/site/devices.csv" }
    private var points: String { program.folder.path + "/site/points.csv" }

    private func link() -> [String] {
        [
            "--address", "127.\(net).0.1:\(port)", "--wait", "1s", "--retries", "1", "--timeout",
            "2s",
        ]
    }

    private func collect(_ more: [String]) -> [String] {
        ["collect", "--devices", devices, "--points", points, "--store", program.store] + link()
            + more
    }

    /// Two devices of 60 points that reply for a minute, and their tables with an interval of 1 s.
    private func withDevices(_ body: () async throws -> Void) async throws {
        let other = try Program()
        let simulation = try other.start([
            "simulate", "--address", "127.\(net).1.1:\(port)", "--points", "60", "--for", "2m",
        ])
        while try String(contentsOfFile: simulation.output, encoding: .utf8).isEmpty {
            try await Task.sleep(for: .milliseconds(20))
        }
        let found = try program.run(["discover", "--write", "site"] + link(), [:])
        #expect(found.status == 0, "\(found.errors)")
        try replace(",900,poll,", by: ",1,poll,", in: points)
        try await body()
        simulation.process.terminate()
        #expect(try simulation.result().status == 0)
    }

    private func replace(_ old: String, by new: String, in file: String) throws {
        let text = try String(contentsOfFile: file, encoding: .utf8)
        try text.split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
            .write(toFile: file, atomically: true, encoding: .utf8)
    }

    private func write(_ devices: String, _ points: String) throws {
        try FileManager.default.createDirectory(
            atPath: program.folder.path + "/site", withIntermediateDirectories: true)
        try devices.write(toFile: self.devices, atomically: true, encoding: .utf8)
        try points.write(toFile: self.points, atomically: true, encoding: .utf8)
    }

    @Test("reports every problem of both tables with its line and column, and starts nothing")
    func badTables() throws {
        try write(
            CollectorInputs.deviceColumns.joined(separator: ",") + "\nx,a/b,,10.0.0.300,7,t4\n",
            CollectorInputs.pointColumns.joined(separator: ",")
                + "\n9,256,0,p,\"analog-input,1\",,analog,0,poll,sampled,,,\n")
        let result = try program.run(collect([]), [:])
        #expect(result.status == 65)
        #expect(
            result.errors.contains(
                "\(devices), line 2, column 4 (address): found \"10.0.0.300\", expected an address")
        )
        #expect(
            result.errors.contains("\(points), line 2, column 8 (interval_seconds): found \"0\""))
        #expect(result.errors.contains("7 problems in"))
        #expect(!FileManager.default.fileExists(atPath: program.store))
        let swapped = try program.run(
            [
                "collect", "--devices", points, "--points", devices, "--store", program.store,
            ] + link(), [:])
        #expect(swapped.status == 65 && swapped.errors.contains("were the two files interchanged?"))
    }

    @Test("needs its files, a form whose rows have no end, and an interface")
    func refused() throws {
        #expect(try program.run(collect([]), [:]).status == 66)
        #expect(try program.run(collect(["--output", "json"]), [:]).status == 64)
        #expect(
            try program.run(
                ["collect", "--devices", devices, "--points", points, "--store", program.store], [:]
            ).status == 64)
    }

    @Test("stores what devices report, with names and units, and ends by itself")
    func collects() async throws {
        try await withDevices {
            let result = try program.run(collect(["--for", "4s", "--output", "ndjson"]), [:])
            #expect(result.status == 0, "\(result.errors)")
            let events = try result.lines.map {
                try #require(
                    try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
            let kinds = events.compactMap { $0["event"] as? String }
            #expect(kinds.first == "started" && kinds.last == "stopped")
            #expect(kinds.count { $0 == "stored" } >= 4)
            let info = try program.run("info", "--output", "json")
            #expect(info.status == 0 && info.output.contains("\"series\":63"))
            let read = try program.run("read", "plant/outdoor_temp", "--output", "csv")
            #expect(read.status == 0 && read.lines.count >= 3, "\(read.errors)")
            // Ticks, each a whole second.
            for line in read.lines.dropFirst() {
                let time = try #require(Int64(line.split(separator: ",")[0]))
                #expect(time % 1000 == 0)
            }
            #expect(try program.run("verify").status == 0)
            // The same tables again: the store has all that they state.
            let again = try program.run(collect(["--for", "1s", "--output", "csv"]), [:])
            #expect(again.errors.contains("as the store has them"))
        }
    }

    @Test("stores what came and closes at a signal", arguments: [SIGTERM, SIGINT])
    func signalled(by signal: Int32) async throws {
        try await withDevices {
            let running = try program.start(collect(["--output", "csv"]))
            while try !String(contentsOfFile: running.output, encoding: .utf8).contains(",stored,")
            {
                try await Task.sleep(for: .milliseconds(50))
                guard running.process.isRunning else { break }
            }
            kill(running.process.processIdentifier, signal)
            let result = try running.result()
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.lines.last?.contains(",stopped,") == true)
            #expect(try program.run("verify").status == 0)
            let gaps = try program.run("gaps", "--output", "csv")
            #expect(gaps.status == 0)
        }
    }

    @Test("ends with 75 if another process writes the store, with 74 if its port is taken")
    func taken() async throws {
        try await withDevices {
            let running = try program.start(collect(["--output", "csv"]))
            while try !String(contentsOfFile: running.output, encoding: .utf8).contains(",stored,")
            {
                try await Task.sleep(for: .milliseconds(50))
                guard running.process.isRunning else { break }
            }
            let tables = ["collect", "--devices", devices, "--points", points]
            let other = try Program()
            let store = try other.run(
                tables + [
                    "--store", program.store, "--address", "127.\(net).0.2:\(port)", "--for", "1s",
                ], [:])
            #expect(store.status == 75, "\(store.errors)")
            #expect(store.errors.contains(program.store))
            let address = "127.\(net).0.1:\(port)"
            let port = try other.run(
                tables + [
                    "--store", other.store, "--address", address, "--for", "1s",
                ], [:])
            #expect(port.status == 74, "\(port.errors)")
            #expect(port.errors.contains(address))
            // Neither disturbed the first one.
            kill(running.process.processIdentifier, SIGTERM)
            #expect(try running.result().status == 0)
            #expect(try program.run("verify").status == 0)
        }
    }

    @Test("keeps a table of the devices up to date on a terminal")
    func liveTable() async throws {
        try await withDevices {
            let words =
                ["collect", "--devices", devices, "--points", points, "--for", "5s"]
                + ["--color", "never"] + link()
            let text = try program.onTerminal(words.joined(separator: " "), [:])
            let drawings = text.components(separatedBy: "\u{1B}[J").dropLast()
            #expect(drawings.count >= 3, "\(text)")
            for drawing in drawings {
                #expect(drawing.contains("device") && drawing.contains("last tick"))
                #expect(drawing.contains("plant") && drawing.contains("63 points"))
            }
            // Each drawing begins at the first line of the one before.
            #expect(drawings.dropFirst().allSatisfy { $0.contains("\u{1B}[") && $0.contains("A") })
            let last = try #require(drawings.last)
            #expect(last.contains("2 ok") || last.contains("3 ok"), "\(last)")
        }
    }

    @Test("ends with 69 if no device replies, and names each")
    func silent() throws {
        try write(
            CollectorInputs.deviceColumns.joined(separator: ",")
                + "\n7,ahu,,127.\(net).9.9:\(port),7,generic\n",
            CollectorInputs.pointColumns.joined(separator: ",")
                + "\n7,256,1,p,\"analog-input,1\",,analog,1,poll,sampled,,,\n")
        let result = try program.run(
            collect(["--for", "6s", "--timeout", "500ms", "--retries", "0"]), [:])
        #expect(result.status == 69, "\(result.errors)")
        #expect(result.errors.contains("device 7 (ahu)"))
        #expect(result.errors.contains("no device replied"))
    }
}

@Suite("The table of devices that are collected") struct StatusTableTests {
    private func status(_ states: [CollectorStatus.State]) -> CollectorStatus {
        var status = CollectorStatus()
        status.devices = states.enumerated().map { place, state in
            var device = CollectorStatus.Device(
                id: DeviceID(UInt32(1001 + place)), name: "ahu-\(place)")
            device.state = state
            device.points = 98
            device.lastTick = Timestamp("2026-03-01T08:15:00Z")
            device.lag = .milliseconds(1500)
            device.lastError = state == .ok ? nil : "read of 25 properties: no answer\u{1B}[2J"
            return device
        }
        return status
    }

    private func table() throws -> StatusTable {
        StatusTable(
            zone: .utc, terminal: Terminal(color: .never, wantsProgress: false))
    }

    @Test("has devices in trouble first, and a summary")
    func order() throws {
        let lines = try table().lines(
            of: status([.ok, .offline, .waiting, .suspect]),
            on: ScreenSize(columns: 200, rows: 24))
        #expect(
            lines.dropFirst().prefix(4).map { String($0.prefix(6)) }
                == ["  1002", "  1004", "  1003", "  1001"])
        #expect(lines[1].contains("no answer\u{FFFD}[2J") && lines[4].contains("1 s 500 ms"))
        #expect(lines.last == "392 points, 1 waiting, 1 ok, 1 suspect, 1 offline")
    }

    @Test("fits any screen", arguments: [(20, 5), (80, 24), (200, 10), (1, 1)])
    func fits(columns: Int, rows: Int) throws {
        let lines = try table().lines(
            of: status(Array(repeating: .ok, count: 30)),
            on: ScreenSize(columns: columns, rows: rows))
        #expect(lines.count < max(rows, 6))
        #expect(lines.allSatisfy { $0.count <= max(columns, 20) })
    }
}
