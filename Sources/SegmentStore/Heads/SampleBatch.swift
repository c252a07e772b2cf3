public import TimeSeriesModel

/// Samples of any series, in one batch: taken whole or not at all.
///
/// Four columns of the same length. Of the same series and time the later one counts.
public struct SampleBatch: Sendable {
    public internal(set) var series: [SeriesID] = []
    /// Milliseconds since 1970 UTC.
    public internal(set) var times: [Int64] = []
    public internal(set) var values: [Double] = []
    public internal(set) var qualities: [UInt8] = []

    /// Samples of a batch at most.
    public static let sampleCountMax = 1_000_000

    public init() {}

    public init(series: [SeriesID], times: [Int64], values: [Double], qualities: [UInt8]) {
        precondition(
            series.count == times.count && series.count == values.count
                && series.count == qualities.count, "columns have one element a sample")
        self.series = series
        self.times = times
        self.values = values
        self.qualities = qualities
    }

    public var count: Int { times.count }
    public var isEmpty: Bool { times.isEmpty }

    public mutating func append(
        _ id: SeriesID, time: Int64, value: Double, quality: UInt8 = 0
    ) {
        series.append(id)
        times.append(time)
        values.append(value)
        qualities.append(quality)
    }
}

/// What is certain about samples when they are acknowledged.
public enum Durability: Int, Sendable, Comparable {
    /// In this process's memory.
    case memory = 0
    /// With the operating system: survives the end of the process, not of the machine.
    case os = 1
    /// On the medium.
    case durable = 2

    public static func < (left: Durability, right: Durability) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Why a sample of a batch was left out, while the rest was taken.
public struct RejectedSample: Hashable, Sendable {
    public enum Reason: String, Hashable, Sendable {
        /// Outside the sanity window of ``StoreOptions``.
        case outsideWindow
        /// Below the floor under which retention removes everything.
        case belowFloor
    }

    /// Its place in the batch.
    public var index: Int
    public var reason: Reason
}

/// What became of a sample that was not simply newer than all others of its series.
public struct SampleNote: Hashable, Sendable {
    public enum Kind: UInt8, Hashable, Sendable {
        /// Known already, bit for bit.
        case duplicate = 1
        /// Took another one's place.
        case replaced
        /// Left out for the sake of the stored one.
        case kept
        /// New, and behind a newer one of its series.
        case late
    }

    private var place: Int32
    public var kind: Kind

    init(_ index: Int, _ kind: Kind) {
        place = Int32(index)
        self.kind = kind
    }

    /// Its place in the batch.
    public var index: Int { Int(place) }
}

/// A batch as it was committed: what of it was written, and where in the store's history.
public struct CommittedBatch: Sendable {
    public var position: LSN
    public var batch: SampleBatch
    /// The places in the batch of what was written, ascending.
    public var places: [Int]
}

/// The acknowledgement of a batch: what became of its samples, and how safe they are.
public struct Receipt: Sendable {
    /// Samples that the store did not have.
    public internal(set) var stored = 0
    /// The same sample was there already, or came again in the batch.
    public internal(set) var duplicates = 0
    /// Another value or quality stood at the same time and gave way.
    public internal(set) var replaced = 0
    /// Another value stood at the same time and stayed.
    public internal(set) var kept = 0
    public internal(set) var rejected: [RejectedSample] = []
    /// By place, ascending; a plain tick has none.
    public internal(set) var notes: [SampleNote] = []
    public internal(set) var durability = Durability.memory
    /// The position in the store's log: later batches have greater ones.
    public internal(set) var position: LSN = 0
}
