import Foundation
import SegmentStore
import Testing

@testable import almanac

@Suite("verify --rate") struct VerifyRateTests {
    private let program: Program

    init() throws { program = try Program() }

    @Test("holds verify back to a rate") func rate() throws {
        #expect(ByteRate("500k")?.bytesPerSecond == 500_000)
        #expect(ByteRate("1.5MB/s")?.bytesPerSecond == 1_500_000)
        #expect(ByteRate("2000")?.bytesPerSecond == 2000)
        for text in ["", "k", "-5", "0", "5T", "ten"] { #expect(ByteRate(text) == nil, "\(text)") }
        let pacer = Pacer(ByteRate("1k")!, now: 10)
        #expect(pacer.delay(byteCount: 5000, now: 12) == 3)
        #expect(pacer.delay(byteCount: 5000, now: 20) == 0)
        let rows = (0..<3000).map { "\(1_735_689_600_000 + $0 * 60_000),\($0 * 7919 % 1000)" }
        let file = try program.folder.file(
            "a.csv", "unix_ms,x\n" + rows.joined(separator: "\n") + "\n")
        #expect(try program.run("import", "csv", file).status == 0)
        let size = try Snapshot.open(at: program.store).segments[0].byteCount
        let start = Date()
        #expect(try program.run("verify", "--rate", "\(size * 2)").status == 0)
        #expect(Date().timeIntervalSince(start) >= 0.5)
        #expect(try program.run("verify", "--rate", "fast").status == 64)
    }
}
