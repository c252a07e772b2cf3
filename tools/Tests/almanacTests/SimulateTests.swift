import Testing

@Suite("almanac simulate") struct SimulateTests {
    @Test(
        "refuses what cannot be, and says what was expected",
        arguments: [
            (["--points", "0"], "from 1 to 50000"), (["--speed", "86401"], "from 0 to 86400"),
            (["--speed", "-1"], "from 0 to 86400"),
            (["--at", "1899-12-31"], "from 1901 to 2153"), (["--at", "2199-01-01"], "2153"),
            (["--address", "127.255.255.253"], "addresses from it on"),
            (["--loss", "1.5"], "from 0 to 1"), (["--max-apdu", "49"], "from 50 to 1476"),
            (["--port", "0"], "port"), (["--delay", "soon"], "a time like"),
            (["--at", "yesterday"], "a time like"), (["--address", "127.1"], "an address like"),
            (["--for", "0s"], "a time like"),
        ])
    func refused(arguments: [String], expected: String) throws {
        let result = try Program().run(["simulate", "--for", "1ms"] + arguments, [:])
        #expect(result.status == 64)
        #expect(result.errors.contains(expected))
        #expect(result.output.isEmpty)
    }

    @Test("names the device whose address is none of this machine")
    func elsewhere() throws {
        let result = try Program().runBare(
            "simulate", "--address", "192.0.2.200", "--broadcast", "192.0.2.255", "--for", "1s")
        #expect(result.status == 74)
        #expect(result.errors.contains("device 1001: 192.0.2.200:47808: no interface"))
    }

    @Test("lists its devices, and ends by itself")
    func devices() throws {
        let result = try Program().runBare(
            "simulate", "--address", "127.3.7.1", "--port", "\(UInt16.random(in: 20_000...30_000))",
            "--points", "60", "--for", "100ms", "--output", "csv")
        #expect(result.status == 0)
        #expect(result.lines.count == 3)
        #expect(result.lines[0] == "instance,name,address,points,logs")
        #expect(result.lines[2].hasPrefix("1002,ahu-1,127.3.7.2:"))
        #expect(result.errors.contains("0 requests"))
    }
}
