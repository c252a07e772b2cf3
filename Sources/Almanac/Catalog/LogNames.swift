import DurableFiles
import Synchronization

/// Which trend log has a name of a device: without it, each log that is made would look through all
/// logs of the store for one of its name.
///
/// Made at the first use, in a time that grows with the number of logs, and changed with each log that
/// an edit sets. An edit that fails costs that time again.
final class LogNames: Sendable {
    struct Name: Hashable, Sendable {
        let device: UInt32
        let name: String

        init(_ log: StoredLog) {
            device = log.device
            name = log.name
        }

        init(device: UInt32, name: String) {
            self.device = device
            self.name = name
        }
    }

    private struct State {
        /// Of the catalog's logs; nil before the first use.
        var revision: UInt64?
        var names: [TrendLogID: Name] = [:]
        /// Ascending, if a log was renamed to the name of another one.
        var ids: [Name: [TrendLogID]] = [:]
        var scanCount = 0

        mutating func set(_ name: Name, of id: TrendLogID) {
            let known = names.updateValue(name, forKey: id)
            guard known != name else { return }
            if let known {
                ids[known]?.removeAll { $0 == id }
                if ids[known]?.isEmpty == true { ids[known] = nil }
            }
            ids[name] = ((ids[name] ?? []) + [id]).sorted { $0.rawValue < $1.rawValue }
        }
    }

    private let state = Guarded(State())

    /// How often all logs were read, for tests.
    var scanCount: Int { state.withLock { $0.scanCount } }

    /// The first log of a name.
    ///
    /// - Parameters:
    ///   - revision: of the logs of the catalog that is asked about.
    ///   - scan: reads all logs of that catalog.
    func first(
        _ name: Name, at revision: UInt64,
        scan: () throws(HistoryError) -> [(TrendLogID, StoredLog)]
    ) throws(HistoryError) -> TrendLogID? {
        if state.withLock({ $0.revision != revision }) {
            var fresh = State()
            for (id, log) in try scan() { fresh.set(Name(log), of: id) }
            fresh.revision = revision
            state.withLock { state in
                fresh.scanCount = state.scanCount + 1
                state = fresh
            }
        }
        return state.withLock { $0.ids[name]?.first }
    }

    /// Takes note of a log that an edit has set.
    func note(_ log: StoredLog, _ id: TrendLogID, from revision: UInt64, to newer: UInt64) {
        state.withLock { state in
            guard state.revision == revision else { return }
            state.set(Name(log), of: id)
            state.revision = newer
        }
    }
}
