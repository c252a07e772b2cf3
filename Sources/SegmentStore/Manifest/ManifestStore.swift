public import DurableFiles

/// What reading both copies of the manifest gave.
public struct ManifestReading: Sendable {
    /// The valid copy of the higher generation.
    public var manifest: Manifest
    /// The name of the copy that it was read from.
    public var source: String
    /// What is wrong with the other copy: missing or damaged.
    public var damage: [Damage]
    /// Whether the other copy is whole and older, or not there in the first generation: what a
    /// publish looks like half way, and what a crash there leaves. Not damage.
    public var isHalfPublished: Bool
}

/// The two copies of the manifest on disk: how they are read, and how they are replaced.
public enum ManifestStore {
    /// Reads both copies and takes the valid one of the higher generation.
    ///
    /// - Throws: ``StoreError`` with code `noStore` where there is nothing of ours; `damaged` or
    ///   `foreign` where no copy is valid; `unsupported` as soon as one copy is of a later format,
    ///   since the other can only be its past; `io` where the system would not read: a copy that
    ///   cannot be read may be the newer one.
    public static func read(from storage: any Storage) throws(StoreError) -> ManifestReading {
        let copies = [
            try Copy(StoreLayout.manifest, in: storage),
            try Copy(StoreLayout.manifestSpare, in: storage),
        ]
        for copy in copies {
            if let error = copy.error, error.code == .unsupported { throw error }
        }
        guard let best = newest(of: copies), let manifest = best.manifest else {
            throw try noManifest(copies, storage)
        }
        var damage: [Damage] = []
        var isHalfPublished = false
        for other in copies where other.name != best.name {
            if other.isOlder(than: manifest) {
                isHalfPublished = true
            } else if let found = try other.damage(beside: manifest, best.name) {
                damage.append(found)
            }
        }
        return ManifestReading(
            manifest: manifest, source: best.name, damage: damage,
            isHalfPublished: isHalfPublished)
    }

    /// Makes a manifest the one in force, in both copies, durably.
    ///
    /// Both copies are written aside and synced, then both are renamed, then the folder is synced:
    /// at every moment one of the names shows a whole manifest. Only after this returns may the
    /// files named in ``Manifest/dropped`` be unlinked. After an error nothing is known about which
    /// manifest a crash would leave, so the caller must not write again before reopening.
    public static func publish(
        _ manifest: Manifest, to storage: any Storage
    ) throws(StoreError) {
        try prepare(manifest, in: storage)
        var begun = false
        try replace(in: storage, begun: &begun)
    }

    /// Writes both copies aside and syncs them. Changes nothing yet: a disk that fills here leaves
    /// the manifest in force as it is.
    static func prepare(_ manifest: Manifest, in storage: any Storage) throws(StoreError) {
        // Numbers of the old manifest and of records come from disk: sums of them may pass the
        // format's bounds although each was valid.
        if let broken = manifest.brokenInvariant {
            throw StoreError(
                .limitExceeded, "the next manifest would not be valid: \(broken)",
                file: StoreLayout.manifest)
        }
        let bytes = manifest.encode()
        do throws(StorageError) {
            for name in StoreLayout.manifests {
                let temporary = StoreLayout.temporaryManifest(name)
                // A publish that was cut short has left its file here.
                if try storage.exists(temporary) { try storage.unlink(temporary) }
                let file = try storage.open(temporary, .create)
                defer { file.close() }
                try file.write(bytes, at: 0)
                try file.sync()
            }
        } catch { throw StoreError(error) }
    }

    /// Puts what ``prepare(_:in:)`` wrote in force.
    ///
    /// The old copies stay open until the new names are durable. A file system may give the blocks of
    /// a file without a name to another file at once (ext4 with `data=writeback` does), and a crash
    /// before the folder is synced brings the old names back: with both copies overwritten, the store
    /// would be lost.
    ///
    /// - Parameter begun: becomes true with the first rename. Before it, the old manifest is in
    ///   force for certain.
    static func replace(in storage: any Storage, begun: inout Bool) throws(StoreError) {
        // A copy that is not there, or for which no descriptor is left, is not held.
        let old = StoreLayout.manifests.compactMap { try? storage.open($0, .read) }
        defer { for file in old { file.close() } }
        do throws(StorageError) {
            for name in StoreLayout.manifests {
                try storage.rename(StoreLayout.temporaryManifest(name), to: name)
                begun = true
            }
            try storage.syncFolder(StoreLayout.root)
        } catch { throw StoreError(error) }
    }

    private static func newest(of copies: [Copy]) -> Copy? {
        copies.filter { $0.manifest != nil }.max { $0.generation < $1.generation }
    }

    /// Why there is no manifest: no store, or one that has lost it.
    private static func noManifest(
        _ copies: [Copy], _ storage: any Storage
    ) throws(StoreError) -> StoreError {
        if let error = copies.compactMap(\.error).first { return error }
        for folder in StoreLayout.dataFolders {
            let names = try listIfThere(folder, storage)
            if let name = names.first {
                return StoreError(
                    .damaged,
                    "no manifest found beside \(folder)/\(name); MANIFEST or MANIFEST.2 expected",
                    file: StoreLayout.manifest)
            }
        }
        return StoreError(.noStore, "no store in \(storage.root): no manifest and no data files")
    }

    private static func listIfThere(
        _ folder: String, _ storage: any Storage
    ) throws(StoreError) -> [String] {
        do throws(StorageError) { return try storage.list(folder) } catch {
            guard error.code == .notFound else { throw StoreError(error) }
            return []
        }
    }
}

/// One of the two files: a manifest, or why not.
private struct Copy {
    var name: String
    var manifest: Manifest?
    /// Nil with a manifest, and where the file is missing.
    var error: StoreError?

    var generation: UInt64 { manifest?.generation ?? 0 }

    init(_ name: String, in storage: any Storage) throws(StoreError) {
        self.name = name
        guard let bytes = try Copy.bytes(of: name, in: storage) else { return }
        do throws(StoreError) { manifest = try Manifest(decoding: bytes, file: name) } catch {
            self.error = error
        }
    }

    /// Nil where there is no such file.
    private static func bytes(
        of name: String, in storage: any Storage
    ) throws(StoreError) -> [UInt8]? {
        do throws(StorageError) {
            let file = try storage.open(name, .read)
            defer { file.close() }
            // One byte more than is accepted tells a file that is too long from one that is not.
            let wanted = min(try file.byteCount(), JSONParser.byteCountMax + 1)
            return try file.read(at: 0, byteCount: wanted)
        } catch {
            guard error.code == .notFound else { throw StoreError(error) }
            return nil
        }
    }

    /// Whether a publish of the manifest in force has not come to this copy yet.
    func isOlder(than current: Manifest) -> Bool {
        guard error == nil else { return false }
        guard let manifest else { return current.generation == 1 }
        return manifest.storeID == current.storeID && manifest.generation < current.generation
    }

    /// What is wrong with this copy where another one is in force; nil where they are equal.
    func damage(beside current: Manifest, _ source: String) throws(StoreError) -> Damage? {
        if let error { return damage(.badManifest, error.message, at: error.offset ?? 0) }
        guard let manifest else { return damage(.missingFile, "no file found, a copy expected") }
        guard manifest.storeID == current.storeID else {
            throw StoreError(
                .foreign,
                "a manifest of store \(manifest.storeID.hexText) found, of "
                    + "\(current.storeID.hexText) as in \(source) expected", file: name)
        }
        guard manifest != current else { return nil }
        return damage(
            .badManifest,
            "another content than that of \(source) found in generation \(generation)")
    }

    private func damage(_ reason: Damage.Reason, _ detail: String, at offset: Int = 0) -> Damage {
        Damage(file: name, offset: offset, reason: reason, losesSamples: false, detail: detail)
    }
}
