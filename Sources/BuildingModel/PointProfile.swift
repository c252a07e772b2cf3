/// How a point's samples follow its value.
public enum HistoryMode: String, Hashable, Sendable, CaseIterable {
    /// A value a tick; between two it runs on linearly, or holds if the point is not analog.
    case sampled
    /// A sample for each change: the value holds until the next.
    case changeOfValue = "change_of_value"
    /// The amount of the interval that ends at the sample's time.
    case consumption
    /// A running register: what counts are differences.
    case totalizer
}

/// What is known of a point beyond its label; every field may be unknown.
public struct PointProfile: Hashable, Sendable {
    /// The panel's range code (``PointRange``).
    public var rangeCode: UInt16?
    /// Digits behind the point that a screen shows.
    public var decimals: Int?
    public var historyMode: HistoryMode
    /// Where a ``HistoryMode/totalizer`` begins again with 0.
    public var modulus: Double?
    /// Below it a value is out of range.
    public var low: Double?
    /// Above it a value is out of range.
    public var high: Double?
    /// The texts of the states, from the first on.
    public var stateTexts: [String]?
    /// An IANA zone; the site's where nothing is said.
    public var timeZone: String?

    public init(
        rangeCode: UInt16? = nil, decimals: Int? = nil, historyMode: HistoryMode = .sampled,
        modulus: Double? = nil, low: Double? = nil, high: Double? = nil,
        stateTexts: [String]? = nil, timeZone: String? = nil
    ) {
        self.rangeCode = rangeCode
        self.decimals = decimals
        self.historyMode = historyMode
        self.modulus = modulus
        self.low = low
        self.high = high
        self.stateTexts = stateTexts
        self.timeZone = timeZone
    }
}
