import DurableFiles
import SegmentStore
import Synchronization

/// A change of who is who under way, in the writer's turn: reads and writes documents and names.
struct CatalogEdit {
    var catalog: Catalog
    var change: CatalogChange
    let now: Timestamp
    private let documents: DocumentCache

    private init(
        _ catalog: Catalog, _ change: CatalogChange, _ now: Timestamp, _ documents: DocumentCache
    ) {
        self.catalog = catalog
        self.change = change
        self.now = now
        self.documents = documents
    }

    /// Runs a change on a store: all of it is durable on return, or nothing of it is there.
    ///
    /// - Parameters:
    ///   - time: looked at in the writer's turn: of two edits the later one has the later time.
    ///   - changed: is told whether there was anything to write.
    static func run<Result: Sendable>(
        on store: Store, at time: any TimeSource, _ documents: DocumentCache,
        changed: inout Bool,
        _ body: (inout CatalogEdit) throws(HistoryError) -> Result
    ) throws(StoreError) -> Swift.Result<Result, HistoryError> {
        // What the body refuses is the caller's error, and goes past the engine as it is.
        var refusal: HistoryError?
        var isEmpty = true
        do throws(StoreError) {
            let result = try store.updateCatalog { (catalog, change) throws(StoreError) in
                var edit = CatalogEdit(catalog, change, time.now, documents)
                do throws(HistoryError) {
                    let result = try body(&edit)
                    catalog = edit.catalog
                    change = edit.change
                    isEmpty = change.isEmpty
                    return result
                } catch {
                    refusal = error
                    throw StoreError(.invalidParameter, error.message)
                }
            }
            changed = !isEmpty
            return .success(result)
        } catch {
            if let refusal { return .failure(refusal) }
            throw error
        }
    }

    func value<Value: Codable & Sendable>(
        _ key: String, as type: Value.Type
    ) throws(HistoryError) -> Value? {
        try documents.value(key, in: catalog, as: type, isKept: false)
    }

    /// Keeps a document from now on.
    mutating func set(_ value: some Codable, for key: String) throws(HistoryError) {
        let newest = catalog.newestDocumentTime(key)
        try set(value, for: key, validFrom: moment(behind: newest))
    }

    /// Keeps a trend log from now on.
    mutating func set(_ log: StoredLog, _ id: TrendLogID) throws(HistoryError) {
        let before = catalog.documentRevision(of: DocumentKey.logGroup)
        try set(log, for: DocumentKey.log(id))
        documents.logNames.note(
            log, id, from: before, to: catalog.documentRevision(of: DocumentKey.logGroup))
    }

    /// The first trend log that has a name of a device.
    ///
    /// - Parameter end: the number that the next new log gets.
    func firstLog(
        of name: LogNames.Name, below end: UInt32
    ) throws(HistoryError) -> TrendLogID? {
        try documents.logNames.first(
            name, at: catalog.documentRevision(of: DocumentKey.logGroup)
        ) { () throws(HistoryError) in
            var logs: [(TrendLogID, StoredLog)] = []
            for id in (1..<end).map(TrendLogID.init(rawValue:)) {
                guard let log = try value(DocumentKey.log(id), as: StoredLog.self) else { continue }
                logs.append((id, log))
            }
            return logs
        }
    }

    /// Now, or right behind a version that a clock which was ahead has written: what is said last
    /// holds.
    private func moment(behind newest: Timestamp?) -> Timestamp {
        guard let newest, newest > now else { return now }
        return Timestamp(rawValue: newest.rawValue.plus(1))
    }

    /// Keeps a document whose older versions nobody asks for: there is only one in memory.
    mutating func replace(_ value: some Codable, for key: String) throws(HistoryError) {
        try set(value, for: key, validFrom: Timestamp(rawValue: 0))
    }

    private mutating func set(
        _ value: some Codable, for key: String, validFrom: Timestamp
    ) throws(HistoryError) {
        do throws(StoreError) {
            try catalog.setDocument(
                try DocumentCache.content(value), for: key, validFrom: validFrom, into: &change)
        } catch { throw HistoryError(error) }
    }

    mutating func setName(_ name: String, of device: DeviceID) throws(HistoryError) {
        do throws(StoreError) {
            try catalog.setName(name, of: device, into: &change)
        } catch { throw HistoryError(error, parameter: "deviceName") }
    }

    mutating func define(
        _ address: PointAddress, as version: PointVersion
    ) throws(HistoryError) {
        var version = version
        if let newest = catalog[address]?.current?.validFrom, newest > version.validFrom {
            version.validFrom = moment(behind: newest)
        }
        do throws(StoreError) {
            try catalog.define(address, as: version, into: &change)
            _ = try catalog.addSeries(for: address, into: &change)
        } catch { throw HistoryError(error, parameter: "pointName") }
    }
}

extension DataManager {
    /// Changes who is who, off the threads that tasks share.
    func edit<Result: Sendable>(
        _ body: @escaping @Sendable (inout CatalogEdit) throws(HistoryError) -> Result
    ) async throws(HistoryError) -> Result {
        let documents = documents
        return try await write { [self] (store) throws(StoreError) in
            var changed = false
            let result = try CatalogEdit.run(
                on: store, at: time, documents, changed: &changed, body)
            if changed {
                monitor.noteSync()
                catalogChanges.withLock { $0 += 1 }
            }
            return result
        }.get()
    }
}
