package import BuildingModel
package import TimeSeriesModel

/// What a value is thought to do between two samples.
package enum ValueCourse: String, Hashable, Sendable {
    /// It stays until the next sample: states, and what is recorded when it changes.
    case hold
    /// It runs on a line to the next sample.
    case linear
    /// There is no value between: each sample tells the amount of the time before it.
    case amount

    package init(_ dataType: DataType, _ historyMode: HistoryMode) {
        switch historyMode {
        case .consumption: self = .amount
        case .changeOfValue: self = .hold
        case .sampled, .totalizer: self = dataType == .analog ? .linear : .hold
        }
    }
}
