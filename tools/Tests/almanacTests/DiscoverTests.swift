import BACnetIP
import BACnetMessages
import Foundation
import Testing

/// The program at devices on loopback. No time decides: what is waited for is waited for.
@Suite("almanac discover", .timeLimit(.minutes(2))) struct DiscoverTests {
    private let port = UInt16.random(in: 20_000...30_000)
    private let program: Program

    init() throws { program = try Program() }

    private func odd(_ host: UInt8, _ faults: OddDevice.Faults) async throws -> OddDevice {
        try await OddDevice(at: IPv4Endpoint(127, 9, 4, host, port: port), faults)
    }

    private func arguments(_ more: [String]) -> [String] {
        [
            "discover", "--address", "127.9.4.1:\(port)", "--wait", "1s", "--retries", "1",
            "--timeout", "1s", "--output", "csv",
        ] + more
    }

    private func discover(_ more: String...) throws -> Program.Result {
        try program.run(arguments(more), [:])
    }

    // A gateway sent three of its seven elements, and the points of the others were missing without
    // a word.
    @Test("reads the elements that the reply to the whole list leaves out")
    func cutShort() async throws {
        let device = try await odd(10, OddDevice.Faults(wholeCount: 3))
        let result = try discover("--write", "site")
        #expect(result.status == 0)
        #expect(result.lines.last?.contains(",6,0,object list by index") == true)
        let points = try String(
            contentsOfFile: program.folder.path + "/site/points.csv", encoding: .utf8)
        #expect(points.split(separator: "\n").count == 7)
        await device.close()
    }

    @Test("reports elements of a list that cannot be read, reads the others, and ends with 1")
    func holes() async throws {
        let device = try await odd(11, OddDevice.Faults(holes: [3]))
        let result = try discover()
        #expect(result.status == 1)
        #expect(
            result.errors.contains(
                "device 1001: 1 of 7 elements of the object list cannot be read: element 3, error ")
        )
        #expect(result.lines.last?.contains(",5,0,") == true)
        await device.close()
    }

    @Test("finds all devices of an address by broadcast and by --at, and writes each object once")
    func severalAtOneAddress() async throws {
        let device = try await odd(12, OddDevice.Faults(instances: [1001, 1002], wholeCount: 7))
        for more in [[], ["--no-broadcast", "--at", "\(device.endpoint)"]] {
            let result = try program.run(
                arguments(more + ["--write", "site", "--force"]), [:])
            #expect(result.status == 0)
            #expect(result.lines.map { $0.prefix(5) } == ["insta", "1001,", "1002,"])
            #expect(result.lines[1].contains("same address as 1002"))
            #expect(result.errors.contains("6 points left out"))
            let points = try String(
                contentsOfFile: program.folder.path + "/site/points.csv", encoding: .utf8)
            #expect(points.split(separator: "\n").count == 7)
        }
        let probe = try program.run(
            [
                "probe", "\(device.endpoint)", "--address", "127.9.4.1:\(port)", "--wait", "1s",
                "--output", "csv",
            ], [:])
        #expect(probe.status == 1 && probe.errors.contains("1001 and 1002: name one, like 1001@"))
        await device.close()
    }

    @Test("lists devices without a single request, and finds those of the limited broadcast")
    func list() async throws {
        let device = try await odd(13, OddDevice.Faults(instances: [7, 8]))
        let result = try discover("--list")
        #expect(result.status == 0 && device.requestCount == 0)
        #expect(result.lines.dropFirst().map { String($0.prefix(6)) } == ["7,,,99", "8,,,99"])
        let limited = try discover("--list", "--broadcast", "255.255.255.255:\(port)")
        #expect(limited.status == 0 && limited.lines.count == 3)
        #expect(try discover("--list", "--write", "site").status == 64)
        await device.close()
    }

    @Test(
        "prints and writes what it has at Ctrl-C, and ends with 1", arguments: [SIGINT, SIGTERM])
    func interrupted(by signal: Int32) async throws {
        let quick = try await odd(14, OddDevice.Faults(instances: [1001], wholeCount: 7))
        #expect(try discover().status == 0)
        let requestCount = quick.requestCount
        let slow = try await odd(
            15, OddDevice.Faults(instances: [1002], wholeCount: 7, isSilentForNames: true))
        let running = try program.start(
            arguments(["--timeout", "10m", "--write", "site"]))
        while quick.requestCount < 2 * requestCount || slow.requestCount == 0 {
            try await Task.sleep(for: .milliseconds(20))
        }
        // The last reply is on its way; the other device never replies.
        try await Task.sleep(for: .seconds(1))
        kill(running.process.processIdentifier, signal)
        let result = try running.result()
        #expect(result.status == 1)
        #expect(result.errors.contains("interrupted: 1 of 2 devices that were found"))
        #expect(result.lines.count == 3)
        #expect(result.lines[1].hasPrefix("1001,\"device,1001\","))
        #expect(result.lines[2].hasPrefix("1002,,") && result.lines[2].contains("not read"))
        let devices = try String(
            contentsOfFile: program.folder.path + "/site/devices.csv", encoding: .utf8)
        #expect(devices.split(separator: "\n").count == 2 && devices.contains("\n1001,"))
        await quick.close()
        await slow.close()
    }
}
