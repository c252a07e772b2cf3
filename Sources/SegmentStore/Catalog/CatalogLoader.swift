import ColumnCodec
import DurableFiles

/// Walks all copies in lock step.
struct CatalogLoader {
    private var content: CatalogContent
    private var copies: [CatalogCopy] = []
    private var offset = FileHeader.encodedSize

    init(_ catalog: Catalog) { content = CatalogContent(catalog: catalog) }

    mutating func open(
        _ row: ManifestFile, storeID: UInt64, in storage: any Storage
    ) throws(StoreError) {
        let (copy, contentOffset) = try CatalogCopy.open(row, storeID: storeID, in: storage)
        copies.append(copy)
        if let contentOffset { offset = contentOffset }
    }

    mutating func run() throws(StoreError) {
        let end = copies.map(\.committed).max() ?? 0
        while offset < end {
            let found = try framesHere()
            guard let good = found.compactMap(\.self).first else {
                guard let next = try skip() else { return }
                offset = next
                continue
            }
            for (index, frame) in found.enumerated() {
                guard let frame else { continue }
                copies[index].endFault()
                if frame.frame != good.frame { copies[index].report(different: frame) }
            }
            try use(good)
            offset = good.endOffset
        }
    }

    /// The frame at the offset in each copy that has a valid one; faults are noted.
    private mutating func framesHere() throws(StoreError) -> [LocatedFrame?] {
        var found: [LocatedFrame?] = []
        for index in copies.indices { found.append(try copies[index].frame(at: offset)) }
        for index in copies.indices where found[index] == nil {
            copies[index].reportFault(isLoss: found.allSatisfy { $0 == nil })
        }
        return found
    }

    /// Where any copy shows the next frame after a place that is bad in all; nil for nowhere.
    private mutating func skip() throws(StoreError) -> Int? {
        var next: Int?
        for index in copies.indices {
            guard let found = try copies[index].nextFrame(after: offset) else { continue }
            next = min(next ?? found, found)
        }
        return next
    }

    private mutating func use(_ found: LocatedFrame) throws(StoreError) {
        content.lastLSN = max(content.lastLSN, found.frame.lsn)
        guard found.frame.type == .catalog else { return content.otherFrames.append(found.frame) }
        let records: [CatalogRecord]
        do throws(CodecError) {
            records = try CatalogRecord.decode(payload: found.frame.payload)
        } catch {
            if case .unsupported(let text) = error {
                throw StoreError(
                    .unsupported, text, file: copies.first?.name, offset: found.offset)
            }
            return reportContent(error.text, at: found.offset)
        }
        for record in records {
            do throws(StoreError) { try content.catalog.apply(record) } catch {
                reportContent(error.message, at: found.offset)
            }
        }
    }

    /// A frame that is intact and yet cannot be: every copy says the same.
    private mutating func reportContent(_ text: String, at offset: Int) {
        guard let name = copies.first?.name else { return }
        content.damage.append(
            Damage(
                file: name, offset: offset, reason: .badCatalog, losesSamples: true, detail: text))
    }

    consuming func finish() -> CatalogContent {
        content.isReadOnly = copies.contains(where: \.isReadOnly)
        content.damage = copies.flatMap(\.damage) + content.damage
        return content
    }
}
