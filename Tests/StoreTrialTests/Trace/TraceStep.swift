import ColumnCodec
import SegmentStore
import TestSupport
import TimeSeriesModel

/// One operation of a writer on a small store, and what it does to plain dictionaries.
enum TraceStep: CustomStringConvertible {
    case append(SampleBatch, Durability, ConflictRule)
    case importColumns([Int: SampleColumns], ConflictRule)
    case remove(Int?, TimeRange)
    case retain(Int64)
    case flush
    case compact
    case backup(Int)
    case reopen

    var description: String {
        switch self {
        case .append(let batch, let level, let rule): "append \(batch.count) \(level) \(rule)"
        case .importColumns(let columns, let rule):
            "import \(columns.values.reduce(0) { $0 + $1.count }) \(rule)"
        case .remove(let index, let range):
            "remove \(index.map(String.init) ?? "all") in \(range.from)...\(range.to)"
        case .retain(let floor): "retain from \(floor)"
        case .flush: "flush"
        case .compact: "compact"
        case .backup(let number): "backup \(number)"
        case .reopen: "reopen"
        }
    }

    /// The folder of a backup, beside the store.
    static func backupRoot(_ number: Int) -> String { "backup-\(number)" }
}

/// What a store is to hold: its samples, and the time below which it takes none.
struct TraceState {
    /// Point `index` is series `index + 1`.
    var samples: Truth = Truth(uniqueKeysWithValues: (0..<seriesCount).map { ($0, [:]) })
    var floor = Int64.min

    static let seriesCount = 3

    var count: Int { samples.values.reduce(0) { $0 + $1.count } }

    func after(_ step: TraceStep) -> TraceState {
        var next = self
        next.apply(step)
        return next
    }

    mutating func apply(_ step: TraceStep) {
        switch step {
        case .append(let batch, _, let rule):
            for index in 0..<batch.count {
                add(
                    Int(batch.series[index].rawValue) - 1, batch.times[index],
                    TruthSample(
                        bits: batch.values[index].bitPattern, quality: batch.qualities[index]),
                    rule)
            }
        case .importColumns(let columns, let rule):
            for (index, columns) in columns {
                // Of one time in an import the later row wins, whatever the rule.
                for (time, sample) in columns.byTime { add(index, time, sample, rule) }
            }
        case .remove(let index, let range):
            for key in samples.keys where index == nil || key == index {
                samples[key] = samples[key]?.filter {
                    !range.contains(Timestamp(rawValue: $0.key))
                }
            }
        case .retain(let time):
            floor = max(floor, time)
            for key in samples.keys { samples[key] = samples[key]?.filter { $0.key >= floor } }
        case .flush, .compact, .backup, .reopen: break
        }
    }

    private mutating func add(
        _ index: Int, _ time: Int64, _ sample: TruthSample, _ rule: ConflictRule
    ) {
        guard time >= floor, rule == .replace || samples[index]?[time] == nil else { return }
        samples[index, default: [:]][time] = sample
    }
}
