import ColumnCodec
import DurableFiles
import SegmentStore
import TestSupport
import Testing
import TimeSeriesModel

/// Stores of past format versions stay readable for good.
@Suite("Golden store") struct GoldenStoreTests {
    private let folder = repositoryRoot() + "/Tests/Golden/v1"

    @Test("of version 1 gives every sample, bit for bit")
    func everySample() throws {
        let snapshot = try Snapshot.open(at: folder + "/store")
        #expect(snapshot.problems == [])
        var rows: Set<String> = []
        for (series, address) in snapshot.catalog.allSeries {
            let name = try #require(snapshot.catalog.fullName(of: address))
            let samples = try snapshot.samples(of: series, in: .all)
            for index in 0..<samples.count {
                let bits = String(samples.values[index].bitPattern, radix: 16)
                let padded = String(repeating: "0", count: 16 - bits.count) + bits
                rows.insert("\(name),\(samples.times[index]),\(padded),\(samples.qualities[index])")
            }
        }
        let expected = try output(of: "gzip -dc '\(folder)/expected.csv.gz'")
            .split(separator: "\n").dropFirst().map(String.init)
        #expect(expected.count == 7041)
        #expect(rows == Set(expected))
    }

    @Test("of version 1 verifies, deeply")
    func verifies() throws {
        let report = try Snapshot.open(at: folder + "/store").verify(deep: true)
        #expect(report.damages == [])
        #expect(report.checkedSampleCount == 7041)
    }
}
