import DurableFiles
import SegmentStore
import Synchronization

/// Which trend logs hold a point, or ever did, and which belong to a device: without it every read of
/// a point's gaps would look through all logs of the store.
///
/// Made at the first use, in a time that grows with the items of all logs; takes some twenty bytes per
/// item. After changes of logs only these are read again.
final class LogIndex: Sendable {
    struct Content: Sendable {
        /// Ascending by point, then log.
        private var uses: [Use] = []
        /// Ascending.
        private var logsByDevice: [DeviceID: [TrendLogID]] = [:]
        private var deviceByLog: [TrendLogID: DeviceID] = [:]

        /// The logs of which any version has the point, ascending.
        func logs(of point: PointAddress) -> [TrendLogID] {
            let start = uses.partitioningIndex { !($0.point < point) }
            return uses[start...].prefix { $0.point == point }.map(\.log)
        }

        func logs(of device: DeviceID) -> [TrendLogID] { logsByDevice[device] ?? [] }

        /// Reads logs, and puts what they have in the place of what was known of them.
        fileprivate mutating func read(
            _ logs: [TrendLogID], in snapshot: HistorySnapshot
        ) throws(HistoryError) {
            var found: Set<Use> = []
            for id in logs {
                let versions = try snapshot.documents.versions(
                    DocumentKey.log(id), in: snapshot.catalog, as: StoredLog.self)
                for item in versions.flatMap(\.value.items) {
                    guard let point = PointAddress(item.point) else { continue }
                    found.insert(Use(point: point, log: id))
                }
                set(try snapshot.storedLog(id).map { DeviceID($0.device) }, of: id)
            }
            // Nearly always one or few logs beside some hundred thousand uses.
            let changed = Set(logs)
            let least = logs.min() ?? TrendLogID(rawValue: 0)
            let greatest = logs.max() ?? least
            let rest = uses.filter {
                $0.log < least || $0.log > greatest || !changed.contains($0.log)
            }
            uses = merged(rest, with: found.sorted())
        }

        private mutating func set(_ device: DeviceID?, of log: TrendLogID) {
            let known = deviceByLog[log]
            guard known != device else { return }
            if let known { logsByDevice[known]?.removeAll { $0 == log } }
            deviceByLog[log] = device
            guard let device else { return }
            var logs = logsByDevice[device] ?? []
            logs.insert(log, at: logs.partitioningIndex { $0 > log })
            logsByDevice[device] = logs
        }

        private func merged(_ left: [Use], with right: [Use]) -> [Use] {
            guard !right.isEmpty else { return left }
            var result: [Use] = []
            result.reserveCapacity(left.count + right.count)
            var taken = 0
            for use in right {
                let place = left.partitioningIndex { $0 > use }
                result += left[taken..<place]
                taken = place
                result.append(use)
            }
            return result + left[taken...]
        }
    }

    fileprivate struct Use: Hashable, Comparable {
        let point: PointAddress
        let log: TrendLogID

        static func < (left: Use, right: Use) -> Bool {
            (left.point, left.log.rawValue) < (right.point, right.log.rawValue)
        }
    }

    private struct State {
        /// Of a few revisions, oldest first: a program may read an older snapshot beside the newest.
        var contents: [(revision: UInt64, content: Content)] = []
        var logReadCount = 0
    }

    private let state = Guarded(State())
    private static let contentCountMax = 3

    /// How many logs were read, for tests.
    var logReadCount: Int { state.withLock { $0.logReadCount } }

    func content(of snapshot: HistorySnapshot) throws(HistoryError) -> Content {
        let revision = snapshot.catalog.documentRevision(of: DocumentKey.logGroup)
        let known = state.withLock { $0.contents }
        if let same = known.first(where: { $0.revision == revision }) { return same.content }
        let start = known.reversed().lazy.compactMap { older in
            snapshot.catalog.documentKeys(
                changedIn: DocumentKey.logGroup, since: older.revision
            ).map { (content: older.content, logs: $0.compactMap(DocumentKey.logID)) }
        }.first
        var content = start?.content ?? Content()
        let logs: [TrendLogID] = if let start { start.logs } else { try snapshot.logIDs }
        try content.read(logs, in: snapshot)
        state.withLock { state in
            state.logReadCount += logs.count
            state.contents.removeAll { $0.revision == revision }
            state.contents.append((revision, content))
            if state.contents.count > LogIndex.contentCountMax { state.contents.removeFirst() }
        }
        return content
    }
}
