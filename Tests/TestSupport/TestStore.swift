public import ColumnCodec
import DurableFiles
public import SegmentStore
public import TimeSeriesModel

/// What the store is compared with: for each point its samples by time, in plain dictionaries.
public typealias Truth = [Int: [Int64: TruthSample]]

public struct TruthSample: Equatable, Sendable {
    public init(bits: UInt64, quality: UInt8) {
        self.bits = bits
        self.quality = quality
    }

    public var bits: UInt64
    public var quality: UInt8
}

/// 2025-01-01T00:00Z.
public let newYear2025: Int64 = 1_735_689_600_000

/// The address of test point `index`.
public func point(_ index: Int) -> PointAddress {
    PointAddress(device: 1, type: .imported, number: UInt32(index + 1))
}

extension SampleColumns {
    public init(_ samples: [(Int64, Double)]) {
        self.init(
            times: samples.map(\.0), values: samples.map(\.1),
            qualities: [UInt8](repeating: 0, count: samples.count))
    }
}

extension BulkImport {
    public func testSeries(_ index: Int) throws -> SeriesID {
        try series(
            of: point(index), deviceName: "dev", pointName: "p\(index)", unit: "degC",
            dataType: .analog, validFrom: Timestamp(milliseconds: 0))
    }
}

extension Store {
    /// Imports columns of test points in one go.
    @discardableResult
    public func importColumns(
        _ columns: [Int: SampleColumns], onConflict rule: ConflictRule = .replace
    ) throws -> ImportReport {
        let bulk = try beginImport(onConflict: rule)
        for (index, columns) in columns.sorted(by: { $0.key < $1.key }) {
            try bulk.append(columns, to: try bulk.testSeries(index))
        }
        return try bulk.commit()
    }
}

extension Snapshot {
    /// Everything that can be read, as the dictionaries hold it.
    public func everything(skipping log: DamageLog? = nil) throws -> Truth {
        var truth: Truth = [:]
        for (series, address) in catalog.allSeries {
            let columns = try samples(of: series, in: .all, skipping: log)
            truth[Int(address.number) - 1] = columns.byTime
        }
        return truth
    }

    public func testSeries(_ index: Int) -> SeriesID { catalog.series(of: point(index))! }
}

extension SampleColumns {
    public var byTime: [Int64: TruthSample] {
        var samples: [Int64: TruthSample] = [:]
        for index in 0..<count {
            samples[times[index]] = TruthSample(
                bits: values[index].bitPattern, quality: qualities[index])
        }
        return samples
    }
}

/// A plain temperature a quarter of an hour, beginning with 2025.
public func quarterHours(_ count: Int, from first: Int64 = newYear2025, seed: UInt64 = 1)
    -> SampleColumns
{
    var random = SplitMix64(seed: seed)
    var tenths = 215
    return SampleColumns(
        (0..<count).map { index in
            tenths += Int.random(in: -2...2, using: &random)
            return (first + Int64(index) * 900_000, Double(tenths) / 10)
        })
}
