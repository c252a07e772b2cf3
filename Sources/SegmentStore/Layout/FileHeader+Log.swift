import ColumnCodec

extension FileHeader {
    /// Where a log's second header stands: in a sector of its own.
    static let logCopyOffset = 512

    /// All bytes before the content: for a log two headers with zeros behind each.
    public func encodePrefix() -> [UInt8] {
        let header = encode()
        guard kind == .log else { return header }
        let gap = [UInt8](repeating: 0, count: FileHeader.logCopyOffset - header.count)
        return header + gap + header + gap
    }

    /// Reads a log's header from either of its places.
    ///
    /// - Parameters:
    ///   - bytes: the file's first 1,024 bytes, or as many as there are.
    ///   - file: named in messages.
    ///   - storeID: the store that the file must belong to, if known.
    ///   - id: the number that the file must have, if known. Blocks that were another file's may hold a
    ///     valid header of that.
    /// - Returns: the header, and the damage of the copy that was passed over.
    /// - Throws: what ``init(decoding:file:at:storeID:)-(RawSpan,_,_,_)`` throws for the first
    ///   copy, where neither is valid or the first is ours but not for us to read.
    public static func decodeLog(
        _ bytes: [UInt8], file: String, storeID: UInt64? = nil, id: FileID? = nil
    ) throws(StoreError) -> (header: FileHeader, damage: [Damage]) {
        let expected = ExpectedLog(file: file, storeID: storeID, id: id)
        let first = expected.header(in: bytes, at: 0)
        let copy = expected.header(in: bytes, at: logCopyOffset)
        switch (first, copy) {
        case (.success(let header), .success): return (header, [])
        case (.success(let header), .failure(let error)):
            return (header, [Damage(header: error, file: file, at: logCopyOffset)])
        case (.failure(let error), .success(let header)) where error.code != .unsupported:
            return (header, [Damage(header: error, file: file, at: 0)])
        case (.failure(let error), _): throw error
        }
    }

}

/// The identity that the header of a log must have.
private struct ExpectedLog {
    var file: String
    var storeID: UInt64?
    var id: FileID?

    func header(in bytes: [UInt8], at offset: Int) -> Result<FileHeader, StoreError> {
        let span = bytes.rawSpan
        let start = min(offset, span.byteCount)
        do throws(StoreError) {
            let header = try FileHeader(
                decoding: span.extracting(start..<span.byteCount), file: file, at: offset,
                storeID: storeID)
            guard header.kind == .log, id == nil || id == header.fileID else {
                let found = "\(header.kind) \(header.fileID)"
                throw StoreError(
                    .damaged,
                    "the header of \(found) found, of log \(id.map { "\($0)" } ?? "") expected",
                    file: file, offset: offset)
            }
            return .success(header)
        } catch { return .failure(error) }
    }
}

extension Damage {
    /// A header that is not needed, because what it says stands elsewhere too.
    init(header error: StoreError, file: String, at offset: Int) {
        self.init(
            file: file, offset: offset, reason: .badHeader, losesSamples: false,
            detail: error.message)
    }
}
