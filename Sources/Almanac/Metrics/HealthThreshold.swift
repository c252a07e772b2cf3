package import TimeSeriesModel

/// How a metric stands to its threshold.
public enum HealthLevel: String, Comparable, Sendable {
    case ok, warning, critical

    private var rank: Int {
        switch self {
        case .ok: 0
        case .warning: 1
        case .critical: 2
        }
    }

    public static func < (left: HealthLevel, right: HealthLevel) -> Bool { left.rank < right.rank }
}

/// A metric that is watched; raw values are the names of the metrics.
public enum HealthThreshold: String, CaseIterable, Sendable {
    case cacheHitRate = "cache_hit_rate"
    case databaseQueryTime = "database_query_time_avg_ms"
    case diskUsed = "disk_used_fraction"
    case collectionSuccessRate = "collection_success_rate"
    case apiResponseTime = "api_response_time_avg_ms"
}

extension HealthThreshold {
    /// Where the level begins, exclusive; a metric at the bound itself is still well.
    public var warningBound: Double { bounds.warning }
    public var criticalBound: Double { bounds.critical }

    /// Whether smaller values are worse.
    public var isLowerBound: Bool { bounds.warning > bounds.critical }

    private var bounds: (warning: Double, critical: Double) {
        switch self {
        case .cacheHitRate: (0.90, 0.80)
        case .databaseQueryTime: (100, 500)
        case .diskUsed: (0.80, 0.95)
        case .collectionSuccessRate: (0.95, 0.85)
        case .apiResponseTime: (50, 200)
        }
    }

    /// The watched metric, times in milliseconds; `nil` where nothing happened.
    public func value(in metrics: HealthMetrics) -> Double? {
        switch self {
        case .cacheHitRate: metrics.cacheHitRate
        case .databaseQueryTime: metrics.databaseQueryTimeAverage.map { $0 / .milliseconds(1) }
        case .diskUsed: metrics.diskUsedFraction
        case .collectionSuccessRate: metrics.collectionSuccessRate
        case .apiResponseTime: metrics.apiResponseTimeAverage.map { $0 / .milliseconds(1) }
        }
    }

    public func level(of value: Double) -> HealthLevel {
        func isBeyond(_ bound: Double) -> Bool { isLowerBound ? value < bound : value > bound }
        return isBeyond(criticalBound) ? .critical : isBeyond(warningBound) ? .warning : .ok
    }
}

/// A metric that went over one of its bounds, or came back.
package struct ThresholdCrossing: Hashable, Sendable {
    package let time: Timestamp
    package let threshold: HealthThreshold
    /// `ok` when it is well again.
    package let level: HealthLevel
    package let previousLevel: HealthLevel
    package let value: Double
}

extension ThresholdCrossing: CustomStringConvertible {
    /// A sentence for a log.
    package var description: String {
        let shown = (value * 10_000).rounded() / 10_000
        let side = threshold.isLowerBound ? "below" : "above"
        switch level {
        case .ok: return "\(threshold.rawValue) is \(shown), well again"
        case .warning:
            return "\(threshold.rawValue) is \(shown), \(side) \(threshold.warningBound): warning"
        case .critical:
            return "\(threshold.rawValue) is \(shown), \(side) \(threshold.criticalBound): critical"
        }
    }
}

/// Notices when a metric changes its level, once for each change.
struct ThresholdWatch: Sendable {
    private var levels: [HealthThreshold: HealthLevel] = [:]

    /// A metric without a value keeps its level: silence is no recovery.
    mutating func crossings(of metrics: HealthMetrics, at time: Timestamp) -> [ThresholdCrossing] {
        HealthThreshold.allCases.compactMap { threshold in
            guard let value = threshold.value(in: metrics) else { return nil }
            let previous = levels[threshold] ?? .ok
            let level = threshold.level(of: value)
            guard level != previous else { return nil }
            levels[threshold] = level
            return ThresholdCrossing(
                time: time, threshold: threshold, level: level, previousLevel: previous,
                value: value)
        }
    }

    /// The levels of metrics that are not well.
    var raised: [HealthThreshold: HealthLevel] { levels.filter { $0.value != .ok } }
}
