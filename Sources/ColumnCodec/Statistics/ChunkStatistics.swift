/// What an index entry says about the samples of a chunk, or an aggregate about those of a part.
///
/// Counts are over all samples; minimum, maximum, sum, first and last over the usable finite ones.
/// Where there is none of these, the sum is zero and the other four are NaN, so that a caller who
/// forgot to ask ``finiteCount`` does not mistake them for data.
public struct ChunkStatistics: Sendable {
    public var firstTime: Int64
    public var lastTime: Int64
    /// −0 stands below +0.
    public var minimum: Double
    public var maximum: Double
    public var sum: Double
    public var first: Double
    public var last: Double
    /// Samples whose quality has no bad flag, non-finite values included.
    public var usableCount: Int
    public var badCount: Int
    /// Whether usable samples are NaN or infinite.
    public var hasNonFinite: Bool
    /// How many are. An index entry does not say: where it has non-finite values, decode the chunk.
    public var nonFiniteCount: Int
    /// All quality flags that occur.
    public var qualityUnion: UInt8
    /// Whether the sum was made of integers and divided once: the exact decimal, correctly rounded.
    public var sumIsExactDecimal: Bool

    public var count: Int { usableCount + badCount }
    /// How many samples minimum, maximum, sum, first and last speak of.
    public var finiteCount: Int { usableCount - nonFiniteCount }

    /// The statistics of no sample: an empty range of times.
    public init() {
        firstTime = .max
        lastTime = .min
        minimum = .nan
        maximum = .nan
        sum = 0
        first = .nan
        last = .nan
        usableCount = 0
        badCount = 0
        hasNonFinite = false
        nonFiniteCount = 0
        qualityUnion = 0
        sumIsExactDecimal = false
    }

    /// Flags of quality that make a sample unusable: fault, communication failure, bad.
    public static let badQualityFlags: UInt8 = 1 << 1 | 1 << 4 | 1 << 7
}

extension ChunkStatistics: Equatable {
    /// Bit for bit, because statistics on disk are compared with those of a rebuild.
    public static func == (a: ChunkStatistics, b: ChunkStatistics) -> Bool {
        a.firstTime == b.firstTime && a.lastTime == b.lastTime
            && a.minimum.bitPattern == b.minimum.bitPattern
            && a.maximum.bitPattern == b.maximum.bitPattern
            && a.sum.bitPattern == b.sum.bitPattern && a.first.bitPattern == b.first.bitPattern
            && a.last.bitPattern == b.last.bitPattern && a.usableCount == b.usableCount
            && a.badCount == b.badCount && a.hasNonFinite == b.hasNonFinite
            && a.nonFiniteCount == b.nonFiniteCount
            && a.qualityUnion == b.qualityUnion && a.sumIsExactDecimal == b.sumIsExactDecimal
    }
}
