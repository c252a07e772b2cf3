import ArgumentParser
import TimeSeriesModel

/// The order of a list.
enum ListOrder: String, ExpressibleByArgument, CaseIterable {
    case bytes, name, age
}

/// Rows of things in a store, with what they can be ordered by.
struct StoreList {
    struct Row {
        let cells: [Cell]
        let name: String
        let byteCount: Int
        let firstTime: Timestamp?
        let lastTime: Timestamp?

        /// Whether its samples reach into a range.
        func overlaps(_ range: TimeRange) -> Bool {
            guard let firstTime, let lastTime else { return false }
            return firstTime < range.to && lastTime >= range.from
        }
    }

    let columns: [Column]
    var rows: [Row] = []

    init(_ columns: [Column]) { self.columns = columns }

    func sorted(by order: ListOrder?) -> [Row] {
        switch order {
        case nil: rows
        case .name: rows.sorted { $0.name < $1.name }
        case .bytes: rows.sorted { ($1.byteCount, $0.name) < ($0.byteCount, $1.name) }
        case .age: rows.sorted { ($0.age, $0.name) < ($1.age, $1.name) }
        }
    }
}

extension StoreList.Row {
    /// What never had a sample is the oldest of all.
    fileprivate var age: Int64 { lastTime?.milliseconds ?? .min }
}
