import TimeSeriesModel

/// Something that keeps a workload in a folder and answers its queries.
///
/// Series go by their number in the workload; what that means to the engine is its own affair.
protocol Engine: Sendable {
    associatedtype Reader: EngineReader
    associatedtype Writer: EngineWriter

    var name: String { get }
    var version: String { get }
    /// What of it was set, and how: printed with the figures.
    var settings: String { get }

    /// Takes all of a workload into an empty folder, in bulk, in its final form; on the medium when
    /// it returns.
    func ingest(_ workload: Workload, into folder: String) throws

    /// Opens for reading.
    func reader(of folder: String, _ series: [SeriesKey]) throws -> Reader

    /// Opens for durable batches; the points are made known if they are new.
    func writer(of folder: String, _ series: [SeriesKey]) throws -> Writer
}

/// A series by its number in the workload and by its address.
struct SeriesKey {
    var number: Int
    var address: PointAddress
}

extension Workload {
    var keys: [SeriesKey] {
        series.enumerated().map { SeriesKey(number: $0.offset, address: $0.element.address) }
    }
}

struct TimedValue {
    var time: Int64
    var value: Double
}

struct Extremes {
    var sum = 0.0
    var minimum = Double.infinity
    var maximum = -Double.infinity
    var count = 0
}

/// One bucket of a series, in the engine's own form.
protocol MeanBucket {
    /// `nil` where the bucket has no samples.
    var mean: Double? { get }
}

/// Answers queries. `series` is a position in the keys that the reader was opened with.
protocol EngineReader {
    associatedtype Bucket: MeanBucket

    func sample(of series: Int, atOrBefore time: Int64) throws -> TimedValue?
    func latest(of series: Int) throws -> TimedValue?
    /// Both columns of a range, as arrays.
    func columns(_ window: Queries.Window) throws -> (times: [Int64], values: [Double])
    /// Sum, least and greatest by the fastest way that the engine has.
    func extremes(_ window: Queries.Window) throws -> Extremes
    /// The same from the samples alone; `nil` where there is no other way.
    func decodedExtremes(_ window: Queries.Window) throws -> Extremes?
    func buckets(_ window: Queries.Window, every width: Int64) throws -> [Bucket]
    /// The same for many series at once.
    func buckets(_ dashboard: Queries.Dashboard, every width: Int64) throws -> [[Bucket]]
    /// Reads every sample between two times, on all cores where the engine can.
    func total(from: Int64, to: Int64) throws -> Extremes
}

/// Takes durable batches: one sample of every series it was opened with.
protocol EngineWriter {
    associatedtype Batch

    func batch(time: Int64, values: [Double]) -> Batch
    /// On the medium when it returns.
    func commit(_ batch: Batch) throws
    func close() throws
}

/// The engines by name.
enum Engines {
    static let almanac = Almanac()
    static let peers: [any Engine] = [
        SQLite(layout: .yearTables), SQLite(layout: .clustered),
    ]

    static func named(_ name: String) throws -> any Engine {
        let all: [any Engine] = [almanac] + peers
        guard let engine = all.first(where: { $0.name == name }) else {
            throw UsageError("\(name): no engine; there are \(all.map(\.name))")
        }
        return engine
    }
}
