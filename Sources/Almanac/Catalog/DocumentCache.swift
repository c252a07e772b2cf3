import DurableFiles
import FoundationEssentials
import SegmentStore
import Synchronization

/// What the catalog's documents say, parsed once for each content.
final class DocumentCache: Sendable {
    private struct Parsed: Sendable {
        let content: [UInt8]
        let value: any Sendable
    }

    /// Every version of a document, as long as there is no other.
    private struct ParsedVersions: Sendable {
        let newest: CatalogDocument
        let count: Int
        let values: any Sendable
    }

    private let parsed = Guarded<[String: Parsed]>([:])
    private let parsedVersions = Guarded<[String: ParsedVersions]>([:])
    private static let entryCountMax = 300_000

    /// The names of trend logs, for edits.
    let logNames = LogNames()

    /// The document of a key, read as a type; nil if there is none.
    ///
    /// - Parameter isKept: false for a change of the catalog and for other reads that meet each document
    ///   once: those of 100,000 points would stay parsed although no one reads them again.
    /// - Throws: code `damaged` if its bytes are no such thing.
    func value<Value: Codable & Sendable>(
        _ key: String, in catalog: Catalog, at time: Timestamp? = nil, as type: Value.Type,
        isKept: Bool = true
    ) throws(HistoryError) -> Value? {
        guard let content = catalog.document(key, at: time) else { return nil }
        let known = parsed.withLock { $0[key] }
        if let known, known.content == content, let value = known.value as? Value { return value }
        let value = try DocumentCache.parse(content, of: key, as: type)
        guard isKept else { return value }
        parsed.withLock { parsed in
            if parsed.count >= DocumentCache.entryCountMax { parsed.removeAll() }
            parsed[key] = Parsed(content: content, value: value)
        }
        return value
    }

    /// How many documents are kept parsed, for tests.
    var entryCount: Int { parsed.withLock { $0.count } }

    /// Every version of a document, oldest first, with the time in which it was valid; one that took
    /// it away is left out.
    ///
    /// - Throws: code `damaged` where the bytes of one are no such thing.
    func versions<Value: Codable & Sendable>(
        _ key: String, in catalog: Catalog, as type: Value.Type
    ) throws(HistoryError) -> [(range: TimeRange, value: Value)] {
        let all = catalog.documentVersions(key)
        guard let newest = all.last else { return [] }
        let known = parsedVersions.withLock { $0[key] }
        if let known, known.count == all.count, known.newest == newest,
            let values = known.values as? [(range: TimeRange, value: Value)]
        {
            return values
        }
        var values: [(range: TimeRange, value: Value)] = []
        let ends = all.dropFirst().map(\.validFrom) + [TimeRange.all.to]
        for (version, end) in zip(all, ends) where !version.content.isEmpty {
            let value = try DocumentCache.parse(version.content, of: key, as: type)
            values.append((TimeRange(from: version.validFrom, to: end)!, value))
        }
        let found = ParsedVersions(newest: newest, count: all.count, values: values)
        parsedVersions.withLock { parsed in
            if parsed.count >= DocumentCache.entryCountMax { parsed.removeAll() }
            parsed[key] = found
        }
        return values
    }

    private static func parse<Value: Codable & Sendable>(
        _ content: [UInt8], of key: String, as type: Value.Type
    ) throws(HistoryError) -> Value {
        do { return try JSONDecoder().decode(type, from: Data(content)) } catch {
            throw HistoryError(
                .damaged, "the catalog's document \"\(key)\" cannot be read: \(error)",
                underlying: error)
        }
    }

    /// The bytes that are kept of a value: the same value gives the same bytes.
    static func content(_ value: some Codable) throws(StoreError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return [UInt8](try encoder.encode(value)) } catch {
            throw StoreError(.invalidParameter, "cannot be written: \(error)")
        }
    }
}
