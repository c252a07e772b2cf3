/// How the times of a chunk are written. Raw values are those of the disk; 0 is reserved.
public enum TimeCodec: UInt8, Sendable, CaseIterable {
    /// First time and step.
    case regular = 1
    /// Regular with skipped slots.
    case grid = 2
    /// A grid, and how far from its slot each time lies.
    case jitteredGrid = 3
    /// The same, where it takes clearly fewer bytes in a mixed radix than in bits.
    case jitteredGridMixedRadix = 4
    /// Differences, packed.
    case delta = 5
    /// Differences as varints, for short frames.
    case deltaVarints = 6
    case raw = 7
}

/// How the values of a chunk are written. Raw values are those of the disk; 0 is reserved.
public enum ValueCodec: UInt8, Sendable, CaseIterable {
    /// One bit pattern.
    case constant = 1
    /// Decimals as integers, their differences packed.
    case scaledDelta = 2
    /// Decimals as integers, packed.
    case scaled = 3
    /// Differences of decimals as varints.
    case scaledVarints = 4
    /// Runs of equal decimals.
    case runs = 5
    /// Places in a table of the decimals that occur.
    case rank = 6
    /// Floats in their numerical order, differences packed.
    case float32 = 7
    /// Decimals over a small divisor, with the last bits beside them.
    case ratio = 8
    case raw64 = 10
    case raw32 = 11
}

/// How the qualities of a chunk are written. Raw values are those of the disk; 0 is reserved.
public enum QualityCodec: UInt8, Sendable, CaseIterable {
    case uniform = 1
    case runs = 2
    case raw = 3
}

/// Bytes by what they hold, for statistics.
public struct ColumnByteCounts: Hashable, Sendable {
    public var times: Int
    public var values: Int
    public var qualities: Int

    public init(times: Int, values: Int, qualities: Int) {
        self.times = times
        self.values = values
        self.qualities = qualities
    }

    public var total: Int { times + values + qualities }
}
