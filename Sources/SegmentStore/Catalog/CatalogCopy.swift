import DurableFiles

/// One of the two catalog files while both are read, with what is wrong with it.
struct CatalogCopy {
    let name: String
    /// The size that the manifest names.
    let committed: Int
    private(set) var damage: [Damage] = []
    /// Nil where there is nothing to read.
    private var reader: RecordFileReader?
    /// The fault at the offset asked for last.
    private var fault: RecordFault?
    /// Since the last good frame a fault has been listed: what follows it is the same one.
    private var isInFault = false
    private var isInLoss = false
    /// Shorter than committed, which has been listed.
    private var isShort = false
    /// Of a later minor version.
    private(set) var isReadOnly = false

    /// Opens the file of a row.
    ///
    /// - Returns: the copy, and where its content begins if its header is whole.
    static func open(
        _ row: ManifestFile, storeID: UInt64, in storage: any Storage
    ) throws(StoreError) -> (CatalogCopy, contentOffset: Int?) {
        var copy = CatalogCopy(name: row.name, committed: row.byteCount)
        guard let file = try copy.open(storage) else { return (copy, nil) }
        let found: Int
        let prefix: [UInt8]
        do throws(StorageError) {
            found = min(row.byteCount, try file.byteCount())
            prefix = try file.read(at: 0, byteCount: min(found, FileHeader.encodedSize))
        } catch { throw StoreError(error) }
        if found < row.byteCount {
            copy.report(
                .truncated, "\(found) bytes found, \(row.byteCount) committed", at: found)
            copy.isShort = true
        }
        let contentOffset = try copy.contentOffset(prefix, row, storeID)
        copy.reader = RecordFileReader(
            file, from: min(contentOffset ?? FileHeader.encodedSize, found), to: found,
            salt: row.salt)
        return (copy, contentOffset)
    }

    private init(name: String, committed: Int) {
        self.name = name
        self.committed = committed
    }

    /// The file; nil if it is missing.
    private mutating func open(_ storage: any Storage) throws(StoreError) -> (any StorageFile)? {
        do throws(StorageError) { return try storage.open(name, .read) } catch {
            guard error.code == .notFound else { throw StoreError(error) }
            report(.missingFile, "no file found, \(committed) bytes committed", at: 0)
            isShort = true
            return nil
        }
    }

    /// The row knows what a damaged header would say, so the damage costs nothing.
    private mutating func contentOffset(
        _ bytes: [UInt8], _ row: ManifestFile, _ storeID: UInt64
    ) throws(StoreError) -> Int? {
        do throws(StoreError) {
            let header = try FileHeader(decoding: bytes, file: name, storeID: storeID)
            guard header.fileID == row.id, header.fileSalt == row.salt, header.kind == row.kind
            else {
                report(
                    .badHeader,
                    "\(header.kind.name) file \(header.fileID), salt \(header.fileSalt.hexText) "
                        + "found, \(row.kind.name) file \(row.id), \(row.salt.hexText) expected",
                    at: 0)
                return nil
            }
            isReadOnly = header.isReadOnly
            return header.contentOffset
        } catch {
            // Whatever else stands there, frames that fit the row's salt are the row's.
            guard error.code != .unsupported else { throw error }
            report(.badHeader, error.message, at: 0)
            return nil
        }
    }
}

extension CatalogCopy {
    /// The valid frame at an offset; nil where there is none, which is then kept as the fault.
    mutating func frame(at offset: Int) throws(StoreError) -> LocatedFrame? {
        fault = nil
        reader?.seek(to: offset)
        switch try reader?.next() {
        case .frame(let found)?: return found
        case .fault(let found)?: fault = found
        case nil:
            fault = RecordFault(
                offset: offset, reason: .truncated, detail: "no byte found, a record expected")
        }
        return nil
    }

    /// Lists the fault, unless it only goes on.
    mutating func reportFault(isLoss: Bool) {
        guard let fault else { return }
        let isListed = isInFault || isShort && fault.reason == .truncated
        if !isListed || isLoss && !isInLoss {
            report(.badCatalog, fault.detail, at: fault.offset, isLoss: isLoss)
        }
        isInFault = true
        isInLoss = isInLoss || isLoss
    }

    /// The copies disagree in a frame that is valid in each.
    mutating func report(different frame: LocatedFrame) {
        report(
            .badCatalog, "LSN \(frame.frame.lsn) found, another record in the other file",
            at: frame.offset)
    }

    /// A later fault is another one.
    mutating func endFault() {
        isInFault = false
        isInLoss = false
    }

    /// Where the next frame after a fault begins.
    func nextFrame(after offset: Int) throws(StoreError) -> Int? {
        guard var ahead = reader else { return nil }
        ahead.seek(to: offset)
        return try ahead.skipToNextFrame()
    }

    private mutating func report(
        _ reason: Damage.Reason, _ detail: String, at offset: Int, isLoss: Bool = false
    ) {
        damage.append(
            Damage(
                file: name, offset: offset, reason: reason, losesSamples: isLoss, detail: detail))
    }
}
