import ColumnCodec
import SegmentStore
import TimeSeriesModel

/// The engine that all this is about, with its defaults.
struct Almanac: Engine {
    let name = "almanac"
    let settings = "defaults; full scan on all cores; every chunk verified when first read"
    var version: String { "format 1.0" }

    func ingest(_ workload: Workload, into folder: String) throws {
        let store = try Store.open(at: folder)
        defer { store.close() }
        let report = try Almanac.importAll(workload, into: store)
        try store.compact()
        guard report.stored == workload.sampleCount else {
            throw WrongAnswer("\(report.stored) samples stored of \(workload.sampleCount)")
        }
    }

    /// Everything in one import; the store bounds the memory that it takes.
    static func importAll(_ workload: Workload, into store: Store) throws -> ImportReport {
        let bulk = try store.beginImport()
        for (index, item) in workload.series.enumerated() {
            let id = try bulk.series(
                of: item.address, deviceName: "d\(item.address.device.rawValue)",
                pointName: item.name, unit: "", dataType: .analog,
                validFrom: Timestamp(milliseconds: 0))
            try bulk.append(
                SampleColumns(
                    times: workload.times(of: index), values: workload.values(of: index),
                    qualities: [UInt8](repeating: 0, count: item.count)), to: id)
        }
        return try bulk.commit()
    }

    func reader(of folder: String, _ series: [SeriesKey]) throws -> AlmanacReader {
        try AlmanacReader(try Snapshot.open(at: folder), series)
    }

    func writer(of folder: String, _ series: [SeriesKey]) throws -> AlmanacWriter {
        try AlmanacWriter(try Store.open(at: folder), series)
    }
}

/// A snapshot and the ids of a workload's series in it.
struct AlmanacReader: EngineReader {
    private let snapshot: Snapshot
    private let ids: [SeriesID]

    init(_ snapshot: Snapshot, _ series: [SeriesKey]) throws {
        self.snapshot = snapshot
        ids = try series.map {
            guard let id = snapshot.catalog.series(of: $0.address) else {
                throw WrongAnswer("no series of \($0.address)")
            }
            return id
        }
    }

    func sample(of series: Int, atOrBefore time: Int64) throws -> TimedValue? {
        let found = try snapshot.sample(of: ids[series], atOrBefore: Timestamp(rawValue: time))
        return found.map { TimedValue(time: $0.time.rawValue, value: $0.value) }
    }

    func latest(of series: Int) throws -> TimedValue? {
        try snapshot.latestSample(of: ids[series]).map {
            TimedValue(time: $0.time.rawValue, value: $0.value)
        }
    }

    func columns(_ window: Queries.Window) throws -> (times: [Int64], values: [Double]) {
        let columns = try snapshot.samples(of: ids[window.series], in: window.range)
        return (columns.times, columns.values)
    }

    func extremes(_ window: Queries.Window) throws -> Extremes {
        Extremes(
            try snapshot.aggregate(of: ids[window.series], in: window.range, from: .statistics))
    }

    func decodedExtremes(_ window: Queries.Window) throws -> Extremes? {
        Extremes(try snapshot.aggregate(of: ids[window.series], in: window.range, from: .samples))
    }

    func buckets(_ window: Queries.Window, every width: Int64) throws -> [Aggregate] {
        try snapshot.aggregates(of: ids[window.series], in: window.range.grid(every: width))
    }

    func buckets(_ dashboard: Queries.Dashboard, every width: Int64) throws -> [[Aggregate]] {
        let range = Queries.Window(series: 0, from: dashboard.from, to: dashboard.to).range
        return try snapshot.aggregates(
            of: dashboard.series.map { ids[$0] }, in: range.grid(every: width))
    }

    func total(from: Int64, to: Int64) throws -> Extremes {
        let grid = BucketGrid(bounds: [Timestamp(rawValue: from), Timestamp(rawValue: to)])!
        var total = Extremes()
        for aggregate in try snapshot.aggregates(of: ids, in: grid, from: .samples).map({ $0[0] }) {
            let item = Extremes(aggregate)
            total.sum += item.sum
            total.minimum = min(total.minimum, item.minimum)
            total.maximum = max(total.maximum, item.maximum)
            total.count += item.count
        }
        return total
    }
}

extension Aggregate: MeanBucket {}

extension Extremes {
    init(_ aggregate: Aggregate) {
        self.init(
            sum: aggregate.sum, minimum: aggregate.minimum ?? .infinity,
            maximum: aggregate.maximum ?? -.infinity, count: aggregate.count)
    }
}

extension Queries.Window {
    var range: TimeRange {
        TimeRange(from: Timestamp(rawValue: from), to: Timestamp(rawValue: to))!
    }
}

extension TimeRange {
    func grid(every width: Int64) -> BucketGrid {
        BucketGrid(covering: self, every: .milliseconds(width))!
    }
}

/// A store open for batches.
struct AlmanacWriter: EngineWriter {
    let store: Store
    private let ids: [SeriesID]

    init(_ store: Store, _ series: [SeriesKey]) throws {
        self.store = store
        ids = try store.define(
            series.map {
                let known = store.snapshot().catalog[$0.address]?.current
                return PointDefinition(
                    address: $0.address, deviceName: "d\($0.address.device.rawValue)",
                    version: known
                        ?? PointVersion(
                            name: "tick\($0.number)", unit: "", dataType: .analog,
                            validFrom: Timestamp(milliseconds: 0)))
            })
    }

    func batch(time: Int64, values: [Double]) -> SampleBatch {
        SampleBatch(
            series: ids, times: [Int64](repeating: time, count: ids.count), values: values,
            qualities: [UInt8](repeating: 0, count: ids.count))
    }

    func commit(_ batch: SampleBatch) throws {
        let receipt = try store.append(batch)
        guard receipt.stored == batch.count, receipt.durability == .durable else {
            throw WrongAnswer("a batch of \(batch.count): \(receipt)")
        }
    }

    func close() { store.close() }
}
