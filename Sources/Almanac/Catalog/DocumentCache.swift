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

    private let parsed = Guarded<[String: Parsed]>([:])
    private static let entryCountMax = 300_000

    /// The document of a key, read as a type; nil where there is none.
    ///
    /// - Throws: code `damaged` where its bytes are no such thing.
    func value<Value: Codable & Sendable>(
        _ key: String, in catalog: Catalog, at time: Timestamp? = nil, as type: Value.Type
    ) throws(HistoryError) -> Value? {
        guard let content = catalog.document(key, at: time) else { return nil }
        let known = parsed.withLock { $0[key] }
        if let known, known.content == content, let value = known.value as? Value { return value }
        let value: Value
        do {
            value = try JSONDecoder().decode(type, from: Data(content))
        } catch {
            throw HistoryError(
                .damaged, "the catalog's document \"\(key)\" cannot be read: \(error)",
                underlying: error)
        }
        parsed.withLock { parsed in
            if parsed.count >= DocumentCache.entryCountMax { parsed.removeAll() }
            parsed[key] = Parsed(content: content, value: value)
        }
        return value
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
