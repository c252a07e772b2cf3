import DurableFiles
import SegmentStore
import Synchronization

/// Which trend logs hold a point, or ever did, and which belong to a device: without it every read of
/// a point's gaps would look through all logs of the store.
///
/// Made at the first use and after a change of a log, in a time that grows with the items of all
/// logs; takes some twenty bytes per item.
final class LogIndex: Sendable {
    struct Content: Sendable {
        /// Ascending by point, then log.
        fileprivate var uses: [Use] = []
        /// Ascending.
        fileprivate var byDevice: [DeviceID: [TrendLogID]] = [:]

        /// The logs of which any version has the point, ascending.
        func logs(of point: PointAddress) -> [TrendLogID] {
            let start = uses.partitioningIndex { !($0.point < point) }
            return uses[start...].prefix { $0.point == point }.map(\.log)
        }

        func logs(of device: DeviceID) -> [TrendLogID] { byDevice[device] ?? [] }
    }

    fileprivate struct Use: Hashable, Comparable {
        let point: PointAddress
        let log: TrendLogID

        static func < (left: Use, right: Use) -> Bool {
            (left.point, left.log.rawValue) < (right.point, right.log.rawValue)
        }
    }

    private struct Entry: Sendable {
        let revision: UInt64
        let content: Content
    }

    /// Of a few states: a program may read an older snapshot beside the newest.
    private let entries = Guarded<[Entry]>([])
    private static let entryCountMax = 3

    func content(of snapshot: HistorySnapshot) throws(HistoryError) -> Content {
        let revision = snapshot.catalog.documentRevision(of: DocumentKey.logGroup)
        if let known = entries.withLock({ $0.first { $0.revision == revision } }) {
            return known.content
        }
        let content = try Content(of: snapshot)
        entries.withLock { entries in
            entries.removeAll { $0.revision == revision }
            entries.append(Entry(revision: revision, content: content))
            if entries.count > LogIndex.entryCountMax { entries.removeFirst() }
        }
        return content
    }
}

extension LogIndex.Content {
    fileprivate init(of snapshot: HistorySnapshot) throws(HistoryError) {
        var uses: Set<LogIndex.Use> = []
        for id in try snapshot.logIDs {
            let versions = try snapshot.documents.versions(
                DocumentKey.log(id), in: snapshot.catalog, as: StoredLog.self)
            for item in versions.flatMap(\.value.items) {
                guard let point = PointAddress(item.point) else { continue }
                uses.insert(LogIndex.Use(point: point, log: id))
            }
            if let device = try snapshot.storedLog(id)?.device {
                byDevice[DeviceID(device), default: []].append(id)
            }
        }
        self.uses = uses.sorted()
    }
}
