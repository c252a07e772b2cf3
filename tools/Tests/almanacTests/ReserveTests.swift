import Testing

@testable import almanac

@Suite("The reserve of the disk") struct ReserveTests {
    @Test(
        "is read with and without a unit",
        arguments: [
            ("0", 0), ("64MiB", 67_108_864), ("2gb", 2_000_000_000), ("1000", 1000),
            ("8KiB", 8192), ("1TiB", 1_099_511_627_776),
        ])
    func sizes(text: String, byteCount: Int) {
        #expect(ByteSize(argument: text)?.byteCount == byteCount)
    }

    @Test(
        "is refused with a sign, a fraction, an unknown unit, or beyond every disk",
        arguments: ["", "MiB", "-1", "+1", "1.5GiB", "10M", "9999999999TiB", "1 GiB"])
    func refused(text: String) {
        #expect(ByteSize(argument: text) == nil)
    }

    @Test("can be set for each command that takes samples") func option() throws {
        let program = try Program()
        let file = try program.folder.file("a.csv", "unix_ms,a\n1735689600000,1\n")
        // No machine has a thousand tebibytes free.
        let refused = try program.run("import", "csv", file, "--reserve", "1000TiB")
        #expect(refused.status == 74)
        #expect(refused.errors.contains("free: nothing new is written"), "\(refused.errors)")
        let demo = try program.runBare(
            "demo", program.folder.path + "/demo", "--points", "1", "--reserve", "1000TiB")
        #expect(demo.status == 74)
        #expect(try program.run("import", "csv", file, "--reserve", "0").status == 0)
        #expect(try program.run("import", "csv", file, "--reserve", "1.5GiB").status == 64)
    }
}
