import Almanac
import ColumnCodec
import Foundation
import Testing
import TimeSeriesModel
import ToolTestSupport

@testable import almanac

/// Whatever a text is, reading it ends in an answer or in a failure of the tool: no trap, and no
/// more memory than the text justifies. With `ALMANAC_LONG_FORMS=1` a hundred times as many texts.
@Suite("Changed texts") struct TextFuzzTests {
    private static let roundCount =
        ProcessInfo.processInfo.environment["ALMANAC_LONG_FORMS"] == nil ? 1500 : 150_000

    private static let tables = [
        "unix_ms,a,\"b, c\"\r\n1735689600000,1.5,2\r\n1735689660000,,-0.0\r\n",
        "time,site/a,site/b\n2025-01-01T00:00:00Z,1e300,nan\n2025-01-01T01:00:00+01:00,-inf,7\n",
        "time,point,value,quality\n2025-01-01 00:00,a,1,good\n2025-10-26 02:30,a,2,bad\n",
        "\u{FEFF}time;a;b\n01.02.2025 10:00;1,5;2\n\"x\"\"y\";;\n",
    ]

    private func changed(_ texts: [String], _ random: inout SplitMix64) -> [UInt8] {
        let text = texts.randomElement(using: &random)!
        return random.mutated(Array(text.utf8))
    }

    @Test("of tables keep the records' reader inside its bounds", arguments: [3, 5] as [UInt64])
    func records(seed: UInt64) throws {
        print("CSV: seed \(seed), \(Self.roundCount) texts")
        let folder = try TemporaryFolder()
        let path = folder.path + "/a.csv"
        var random = SplitMix64(seed: seed)
        for round in 0..<Self.roundCount {
            let bytes = changed(Self.tables, &random)
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let recordByteCountMax = [8, 64, 1 << 20].randomElement(using: &random)!
            var byteCount = 0
            do {
                var reader = try CSVReader(
                    TextSource(path), recordByteCountMax: recordByteCountMax)
                while let record = try reader.nextRecord() {
                    byteCount += record.cells.reduce(0) { $0 + $1.count }
                    #expect(reader.bytes.count <= bytes.count + 1)
                }
            } catch { #expect(error as any Error is ToolFailure) }
            // A byte that is no UTF-8 becomes a replacement character of three.
            #expect(byteCount <= 3 * bytes.count, "seed \(seed), round \(round)")
        }
    }

    /// Counts what an import hands on.
    private final class CountingTarget: ImportTarget {
        var pointCount = 0
        var sampleCount = 0

        func point(_ name: PointName, _ entry: PointsTable.Entry?) -> Int {
            pointCount += 1
            return pointCount - 1
        }

        func append(_ columns: SampleColumns, to point: Int) { sampleCount += columns.count }
        func commit() -> ImportCounts { ImportCounts() }
        func cancel() {}
    }

    @Test("of tables end an import with samples or a failure", arguments: [7, 11] as [UInt64])
    func imports(seed: UInt64) throws {
        print("CSV import: seed \(seed), \(Self.roundCount) texts")
        let folder = try TemporaryFolder()
        let path = folder.path + "/site.csv"
        var random = SplitMix64(seed: seed)
        var sampleCount = 0
        for round in 0..<Self.roundCount {
            let bytes = changed(Self.tables, &random)
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let target = CountingTarget()
            var file = FileImport(
                path: path, rules: ImportRules(), target: target, sampleCountMax: 1 << 20)
            do { try file.run() } catch { #expect(error as any Error is ToolFailure) }
            // A sample takes a byte at least, and its separator.
            #expect(target.sampleCount <= bytes.count, "seed \(seed), round \(round)")
            sampleCount += target.sampleCount
        }
        // What is refused at the first line tests the first line.
        #expect(sampleCount > 0)
    }

    @Test("of numbers are read as the system reads them, or not at all")
    func numbers() throws {
        print("numbers: seed 13, \(20 * Self.roundCount) texts")
        var random = SplitMix64(seed: 13)
        let texts = ["72.3", "-0.000123", "1e-7", "18446744073709551615", "0.1e400", "nan", "-inf"]
        for _ in 0..<20 * Self.roundCount {
            let bytes = changed(texts, &random)
            let prefix = DecimalNumber.plainPrefix(bytes.span, from: 0)
            #expect(prefix.byteCount <= bytes.count)
            guard prefix.byteCount > 0 else { continue }
            let text = String(decoding: bytes[..<prefix.byteCount], as: UTF8.self)
            #expect(Double(text)?.bitPattern == prefix.value.bitPattern, "\(text)")
        }
    }

    @Test("of times are times of which the text is one again, or none")
    func times() throws {
        print("times: seed 17, \(20 * Self.roundCount) texts")
        var random = SplitMix64(seed: 17)
        let zone = try TimeZoneRules.named("Europe/Zurich")
        let texts = [
            "2025-03-01T08:00:00+01:00", "2025-03-01 08:00", "2025-03", "now-24h", "-7d",
            "1735689600000", "9999-12-31T23:59:59.999Z", "0000-01-01T00:00:00Z",
            "-9223372036854775808", "9223372036854775807",
        ]
        for now in [Int64.min, .max, 0].map(Timestamp.init(milliseconds:)) {
            for _ in 0..<7 * Self.roundCount {
                let text = String(decoding: changed(texts, &random), as: UTF8.self)
                guard let moment = MomentText.moment(text, in: zone, now: now) else { continue }
                _ = zone.text(of: moment)
                #expect(
                    Timestamp(String(moment.milliseconds)) == moment, "\(text.debugDescription)")
            }
        }
    }
}
