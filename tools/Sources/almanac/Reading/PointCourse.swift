import Almanac
import SegmentStore
import TimeSeriesModel

/// What describes a point's samples at their times: unit, kind, decimals and state texts.
struct PointCourse {
    /// Oldest first; empty for a point that was never described.
    private let descriptions: [PointDescription]
    /// The unit of all samples; nil if it changed among them.
    let commonUnit: String?

    /// - Throws: if a stored description cannot be read.
    init(
        of point: PointAddress, in range: TimeRange, _ snapshot: Snapshot, store: String
    ) throws(ToolFailure) {
        descriptions = try withHistoryErrors(of: store) { () throws(HistoryError) in
            try HistorySnapshot(of: snapshot, skipping: DamageLog()).descriptions(
                of: point, in: range)
        }
        let units = Set(descriptions.map { $0.point.displayedUnit ?? "" })
        commonUnit = units.count > 1 ? nil : units.first ?? ""
    }

    /// The description that was in force at a time; the first one before that.
    func description(at time: Timestamp) -> PointDescription? {
        descriptions.last { $0.validFrom <= time } ?? descriptions.first
    }

    /// A value as a person reads it: with the decimals of its time, its state text, and its unit if
    /// that is not the same for all.
    func text(of value: Double, at time: Timestamp) -> String {
        guard let description = description(at: time) else { return NumberText.text(value) }
        var text =
            description.profile.decimals.map { NumberText.shortened(value, places: $0) }
            ?? NumberText.text(value)
        if let state = description.stateText(of: value) { text += " (\(Cell.printable(state)))" }
        if commonUnit == nil, let unit = description.point.displayedUnit, !unit.isEmpty {
            text += " \(Cell.printable(unit))"
        }
        return text
    }

    /// One object for each description, for programs.
    var cell: Cell {
        .objects(
            descriptions.map { description in
                let profile = description.profile
                return [
                    .init("valid_from", .time(description.validFrom)),
                    .init("name", .text(description.point.pointName)),
                    .init("unit", .text(description.point.displayedUnit ?? "")),
                    .init("data_type", .text(description.point.dataType.rawValue)),
                    .init("decimals", profile.decimals.map { .integer($0) } ?? .missing),
                    .init("states", description.statesCell),
                ]
            })
    }
}

extension PointDescription {
    /// The number and the text of each state.
    var statesCell: Cell {
        let states = states
        return states.isEmpty
            ? .missing : .fields(states.map { .init(String($0.number), .text($0.text)) })
    }

    /// As a person reads them: `0 off, 1 on`.
    var statesText: String {
        states.map { "\($0.number) \($0.text)" }.joined(separator: ", ")
    }

    private var states: [(number: Int, text: String)] {
        guard let texts = profile.stateTexts, point.dataType != .analog else { return [] }
        let first = point.dataType == .multistate ? 1 : 0
        return texts.enumerated().map { (first + $0.offset, $0.element) }
    }
}
