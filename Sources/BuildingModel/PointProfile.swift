public import TimeSeriesModel

/// How a point's samples follow its value.
public enum HistoryMode: String, Hashable, Sendable, Codable, CaseIterable {
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
    /// The texts of the states, from the first on; ``stateText(of:dataType:)`` finds one.
    public var stateTexts: [String]?
    /// An IANA zone, for the local days of the point; nil for the site's.
    public var timeZone: String?
    /// Where a collector reads the point; nil for a point that is stored by a program.
    public var binding: PointBinding?

    public init(
        rangeCode: UInt16? = nil, decimals: Int? = nil, historyMode: HistoryMode = .sampled,
        modulus: Double? = nil, low: Double? = nil, high: Double? = nil,
        stateTexts: [String]? = nil, timeZone: String? = nil, binding: PointBinding? = nil
    ) {
        self.rangeCode = rangeCode
        self.decimals = decimals
        self.historyMode = historyMode
        self.modulus = modulus
        self.low = low
        self.high = high
        self.stateTexts = stateTexts
        self.timeZone = timeZone
        self.binding = binding
    }
}

extension PointProfile {
    /// The text of a value's state: ``stateTexts`` begin with 0 for digital points and with 1 for
    /// multistate points, as BACnet counts them.
    ///
    /// - Returns: nil for analog points, without texts, and for a value that names none of them.
    public func stateText(of value: Double, dataType: DataType) -> String? {
        let first: Double
        switch dataType {
        case .analog: return nil
        case .digital: first = 0
        case .multistate: first = 1
        }
        guard let stateTexts, let place = Int(exactly: value - first),
            stateTexts.indices.contains(place), !stateTexts[place].isEmpty
        else { return nil }
        return stateTexts[place]
    }
}

/// The object of a device that a point's values come from, and how a collector reads it.
public struct PointBinding: Hashable, Sendable {
    /// How a collector learns of a new value.
    public enum Mode: String, Hashable, Sendable, CaseIterable {
        /// By asking at each tick.
        case poll
        /// By a subscription to changes.
        case changeOfValue = "cov"
        /// By both.
        case both = "cov+poll"
    }

    /// The object as its protocol names it: `analog-input,1`.
    public var object: String
    public var mode: Mode
    /// Time between two readings; nil for that of the point's trend log.
    public var interval: Duration?

    public init(object: String, mode: Mode = .poll, interval: Duration? = nil) {
        self.object = object
        self.mode = mode
        self.interval = interval
    }
}
