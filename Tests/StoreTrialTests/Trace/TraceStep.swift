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
    /// Changes the catalog: documents, and names of devices and points.
    case define(TraceDefinition)
    case record([JournalEntry])
    case flush
    case compact
    case backup(Int, TraceBackup)
    case reopen

    var description: String {
        switch self {
        case .append(let batch, let level, let rule): "append \(batch.count) \(level) \(rule)"
        case .importColumns(let columns, let rule):
            "import \(columns.values.reduce(0) { $0 + $1.count }) \(rule)"
        case .remove(let index, let range):
            "remove \(index.map(String.init) ?? "all") in \(range.from)...\(range.to)"
        case .retain(let floor): "retain from \(floor)"
        case .define(let definition): "define \(definition)"
        case .record(let entries): "record \(entries.count)"
        case .flush: "flush"
        case .compact: "compact"
        case .backup(let number, let way): "backup \(number) by \(way)"
        case .reopen: "reopen"
        }
    }

    /// The folder of a backup, beside the store.
    static func backupRoot(_ number: Int) -> String { "backup-\(number)" }
}

/// A change of the catalog, made in one call.
enum TraceDefinition {
    /// Empty content takes the document away.
    case document(key: String, content: [UInt8])
    /// A device that has no points.
    case device(number: UInt32, name: String)
    /// A further version of a point.
    case point(index: Int, name: String, validFrom: Int64)
}

/// The call that makes a backup.
enum TraceBackup: CaseIterable {
    /// `Store.backup`, which flushes first.
    case store
    /// A snapshot of the writing process, and one of another process: what only the log has is to be
    /// in the copy.
    case snapshot, otherProcess
}

/// What a store is to hold, and the time below which it takes no samples.
struct TraceState {
    /// Point `index` is series `index + 1`.
    var samples: Truth = Truth(uniqueKeysWithValues: (0..<seriesCount).map { ($0, [:]) })
    var floor = Int64.min
    var documents: [String: [UInt8]] = [:]
    var deviceNames: [UInt32: String] = [1: "dev"]
    /// By index; of the newest version.
    var pointNames = [Int: String](
        uniqueKeysWithValues: (0..<seriesCount).map { ($0, "p\($0)") })
    var journal: [JournalEntry] = []

    static let seriesCount = 3

    var count: Int { samples.values.reduce(0) { $0 + $1.count } }

    /// All of it, as a store shows it.
    var content: StoredContent {
        StoredContent(
            samples: samples.filter { !$0.value.isEmpty }, documents: documents,
            deviceNames: deviceNames, pointNames: pointNames,
            journal: journal.map(\.text).sorted())
    }

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
            // The bound of refusal is never above the newest sample, whatever the caller's clock.
            let newest = samples.values.flatMap(\.keys).max()
            for key in samples.keys { samples[key] = samples[key]?.filter { $0.key >= time } }
            if let bound = newest.map({ min(time, $0) }) {
                floor = max(floor, bound)
                // Journals of whole years below it are removed with the samples.
                journal.removeAll { UTCYear(containing: $0.time).end.rawValue <= bound }
            }
        case .define(.document(let key, let content)):
            documents[key] = content.isEmpty ? nil : content
        case .define(.device(let number, let name)): deviceNames[number] = name
        case .define(.point(let index, let name, _)): pointNames[index] = name
        case .record(let entries): journal += entries
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

/// Everything of a store that a backup and a crash have to keep.
struct StoredContent: Equatable {
    /// Series without samples are left out.
    var samples: Truth
    var documents: [String: [UInt8]]
    var deviceNames: [UInt32: String]
    var pointNames: [Int: String]
    /// The texts, sorted: each entry of a trace has its own.
    var journal: [String]

    /// The parts in which two stores differ, for a message.
    func difference(to other: StoredContent) -> String {
        var parts: [String] = []
        if samples != other.samples {
            parts.append(
                "samples \(samples.mapValues(\.count)), \(other.samples.mapValues(\.count))")
        }
        if documents != other.documents {
            parts.append("documents \(documents), \(other.documents)")
        }
        if deviceNames != other.deviceNames {
            parts.append("devices \(deviceNames), \(other.deviceNames)")
        }
        if pointNames != other.pointNames {
            parts.append("points \(pointNames), \(other.pointNames)")
        }
        if journal != other.journal { parts.append("journal \(journal), \(other.journal)") }
        return parts.joined(separator: "; ")
    }
}

extension Snapshot {
    /// Everything that the snapshot shows.
    func content() throws -> StoredContent {
        var pointNames: [Int: String] = [:]
        var deviceNames: [UInt32: String] = [:]
        for id in catalog.deviceIDs {
            deviceNames[id.rawValue] = catalog.name(of: id)
            for point in catalog.points(of: id) {
                pointNames[Int(point.address.number) - 1] = point.current?.name
            }
        }
        let keys = catalog.documentKeys(withPrefix: "")
        return StoredContent(
            samples: try everything().filter { !$0.value.isEmpty },
            documents: Dictionary(
                uniqueKeysWithValues: keys.map { ($0, catalog.document($0) ?? []) }),
            deviceNames: deviceNames, pointNames: pointNames,
            journal: try journal(in: .all).map(\.text).sorted())
    }
}
