import Synchronization
public import TimeSeriesModel

/// What a layer above keeps in the catalog under a key of its own: bytes that the engine does not
/// read, valid from a time on.
public struct CatalogDocument: Hashable, Sendable {
    public var validFrom: Timestamp
    /// Empty where the document was taken away.
    public var content: [UInt8]

    /// Bytes of a key at most.
    public static let keyByteCountMax = 256
    /// Bytes of a document at most.
    public static let contentByteCountMax = 64 << 10

    public init(validFrom: Timestamp, content: [UInt8]) {
        self.validFrom = validFrom
        self.content = content
    }
}

/// The versions of each document, oldest first.
struct CatalogDocuments: Sendable {
    /// Nearly all have one version: an array for each would cost as much as the documents.
    private var newest = SharedMap<String, CatalogDocument>()
    private var older = SharedMap<String, [CatalogDocument]>()

    /// The last changes of the documents of a group, oldest first.
    private struct Changes: Sendable {
        private(set) var revisions: [UInt64] = []
        private(set) var keys: [String] = []
        /// More than one edit makes between two reads of what is derived from the documents.
        static let countMax = 512

        mutating func append(_ key: String, _ revision: UInt64) {
            if revisions.count == 2 * Changes.countMax {
                revisions.removeFirst(Changes.countMax)
                keys.removeFirst(Changes.countMax)
            }
            revisions.append(revision)
            keys.append(key)
        }
    }

    /// By what precedes the first '/' of a key.
    private var changes: [Substring: Changes] = [:]
    /// No two changes of a process have the same number, whichever catalog they were made to.
    private static let lastRevision = Atomic<UInt64>(0)

    func revision(of group: String) -> UInt64 { changes[group[...]]?.revisions.last ?? 0 }

    /// Two catalogs that share the number of a change share all changes before it: a catalog only
    /// grows from its copies.
    func keysChanged(in group: String, since revision: UInt64) -> Set<String>? {
        guard let changes = changes[group[...]],
            let index = changes.revisions.lastIndex(of: revision)
        else { return nil }
        return Set(changes.keys[(index + 1)...])
    }

    subscript(key: String) -> [CatalogDocument] {
        guard let last = newest[key] else { return [] }
        return (older[key] ?? []) + [last]
    }

    /// In no order.
    var keys: [String] { newest.keys }

    /// The newest version.
    func last(of key: String) -> CatalogDocument? { newest[key] }

    /// Puts a version in its place; one that is valid from the same time gives way.
    mutating func insert(_ document: CatalogDocument, for key: String) {
        let revision = CatalogDocuments.lastRevision.add(1, ordering: .relaxed).newValue
        // A copy of its own: part of a key would keep the whole of it.
        let group = key.prefix { $0 != "/" }
        if changes[group] == nil { changes[String(group)[...]] = Changes() }
        changes[group]?.append(key, revision)
        // A key that is new has the document itself before, which is valid from the same time.
        let last = newest.update(key, default: document) { newest in
            defer { newest = document }
            return newest
        }
        guard last.validFrom != document.validFrom else { return }
        var versions = (older[key] ?? []) + [last]
        if last.validFrom > document.validFrom {
            newest[key] = versions.removeLast()
            let index =
                versions.firstIndex { $0.validFrom >= document.validFrom } ?? versions.count
            if index < versions.count, versions[index].validFrom == document.validFrom {
                versions[index] = document
            } else {
                versions.insert(document, at: index)
            }
        }
        older[key] = versions
    }

    /// Hands on the records that say everything again, by key and oldest first.
    func forEachRecord(_ body: (CatalogRecord) -> Void) {
        for key in newest.keys.sorted() {
            for document in self[key] { body(.document(key: key, document)) }
        }
    }
}

extension Catalog {
    /// The newest version of a document, or the one at a time; before the first version, the first.
    /// Nil where there is none, or where it was taken away.
    public func document(_ key: String, at time: Timestamp? = nil) -> [UInt8]? {
        var found = documents.last(of: key)
        if let time, let newest = found, newest.validFrom > time {
            let versions = documents[key]
            found = versions.last { $0.validFrom <= time } ?? versions.first
        }
        guard let found, !found.content.isEmpty else { return nil }
        return found.content
    }

    /// Every version of a document, oldest first.
    public func documentVersions(_ key: String) -> [CatalogDocument] { documents[key] }

    /// A number that two catalogs of this process share only if their documents whose keys begin with
    /// `group` and a '/' are the same: to keep what was derived from them.
    public func documentRevision(of group: String) -> UInt64 { documents.revision(of: group) }

    /// The keys of the documents of a group that were changed since it had a revision
    /// (``documentRevision(of:)``).
    ///
    /// - Returns: nil if this catalog never had that revision, or more than some hundred changes ago.
    public func documentKeys(changedIn group: String, since revision: UInt64) -> Set<String>? {
        documents.keysChanged(in: group, since: revision)
    }

    /// From when on the newest version of a document is valid; nil where there was never one.
    public func newestDocumentTime(_ key: String) -> Timestamp? {
        documents.last(of: key)?.validFrom
    }

    /// The keys of all documents that begin with a prefix, sorted.
    public func documentKeys(withPrefix prefix: String) -> [String] {
        documents.keys.filter { $0.hasPrefix(prefix) && document($0) != nil }.sorted()
    }

    /// Keeps a document; the content that is valid then already changes nothing. Empty content takes
    /// it away.
    ///
    /// - Throws: ``StoreError`` with code `invalidParameter` for an empty key, `limitExceeded` for a
    ///   key above 256 bytes or content above 64 KiB.
    public mutating func setDocument(
        _ content: [UInt8], for key: String, validFrom: Timestamp,
        into change: inout CatalogChange
    ) throws(StoreError) {
        try Catalog.check(key, "document key", CatalogDocument.keyByteCountMax)
        guard content.count <= CatalogDocument.contentByteCountMax else {
            throw StoreError(
                .limitExceeded,
                "document of \(content.count) bytes found, at most "
                    + "\(CatalogDocument.contentByteCountMax) expected")
        }
        let known = documents[key].last { $0.validFrom <= validFrom }
        if known?.content == content { return }
        try make(
            .document(key: key, CatalogDocument(validFrom: validFrom, content: content)),
            into: &change)
    }
}
