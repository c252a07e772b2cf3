/// What is drawn of one point: unbroken runs of line, marks, and where nothing is known.
///
/// Thinned to a few points for each column of the picture, of which none is lost that could be
/// seen: a column's first, least, greatest and last sample (U. Jugel and others, "M4: A
/// Visualization-Oriented Time Series Data Aggregation", 2014).
struct Trace: Sendable {
    struct Point: Equatable, Sendable {
        let time: Int64
        let value: Double
    }

    struct Mark: Equatable, Sendable {
        let time: Int64
        let value: Double
        /// Bad, or else uncertain.
        let isBad: Bool
    }

    /// A time without samples, longer than the gap rule allows.
    struct Gap: Equatable, Sendable {
        let from: Int64
        let to: Int64
    }

    let name: String
    let unit: String
    let form: TraceForm
    /// Oldest first. No line goes from one to the next.
    var runs: [[Point]] = []
    /// At most one of each kind for a column of the picture.
    var marks: [Mark] = []
    /// At most one for each column that one begins in.
    var gaps: [Gap] = []
    /// Of everything in the range, also of what was thinned out.
    var summary = TraceSummary()
}

/// How a point's samples are joined.
enum TraceForm: Sendable {
    /// Straight from sample to sample.
    case line
    /// A value holds until the next one.
    case step
    /// The same, of two states: drawn in a lane of its own.
    case lane

    var isStep: Bool { self != .line }
}

/// What a trace amounts to, in words beside its name.
struct TraceSummary: Equatable, Sendable {
    var sampleCount = 0
    var badCount = 0
    var uncertainCount = 0
    var gapCount = 0
    /// Of all gaps together, in milliseconds.
    var gapDuration: Int64 = 0
    /// Of what is drawn; nil where nothing is.
    var minimum: Double?
    var maximum: Double?
    var last: Double?

    mutating func add(_ value: Double) {
        minimum = min(minimum ?? value, value)
        maximum = max(maximum ?? value, value)
        last = value
    }
}
