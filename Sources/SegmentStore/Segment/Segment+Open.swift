import ColumnCodec
import DurableFiles
import TimeSeriesModel

extension Segment {
    /// Opens the file that a manifest row names: two small reads and one map, whatever its size.
    ///
    /// - Throws: code `damaged` where the file is missing; `io` and its kin where the system
    ///   refuses. Damage inside the file is not thrown but kept in ``problems``.
    static func open(
        _ row: ManifestFile, in storage: any Storage, at unpublishedPath: String? = nil
    ) throws(StoreError) -> Segment {
        let path = unpublishedPath ?? row.name
        do throws(StorageError) {
            let file = try storage.open(path, .read)
            let byteCount = try file.byteCount()
            var problems: [Damage] = []
            func note(_ reason: Damage.Reason, at offset: Int, _ detail: String) {
                problems.append(
                    Damage(
                        file: path, offset: offset, reason: reason, losesSamples: false,
                        detail: detail))
            }
            if byteCount != row.byteCount {
                note(
                    byteCount < row.byteCount ? .truncated : .wrongSize,
                    at: min(byteCount, row.byteCount),
                    "\(byteCount) bytes found, \(row.byteCount) expected")
            }
            if let text = problem(
                ofHeader: try file.read(at: 0, byteCount: FileHeader.encodedSize), row)
            {
                note(.badHeader, at: 0, text)
            }
            var mapped: MappedIndex?
            let footerOffset = row.byteCount - SegmentFooter.encodedSize
            switch footer(
                try file.read(at: footerOffset, byteCount: SegmentFooter.encodedSize), row)
            {
            case .success(let footer) where byteCount >= row.byteCount:
                mapped = MappedIndex(
                    pages: try file.map(at: footer.pages.lowerBound, byteCount: footer.pages.count),
                    footer: footer, file: file)
            case .success: break
            case .failure(let error): note(.badIndex, at: footerOffset, error.text)
            }
            return Segment(
                row: row, path: path, file: file, mapped: mapped, problems: problems)
        } catch {
            throw openFailure(error, row, path)
        }
    }

    private static func openFailure(
        _ error: StorageError, _ row: ManifestFile, _ path: String
    ) -> StoreError {
        guard error.code == .notFound else { return StoreError(error) }
        return StoreError(
            .damaged, "the manifest names this file of \(row.sampleCount) samples; it is missing",
            file: path, underlying: error)
    }

    private static func problem(ofHeader bytes: [UInt8], _ row: ManifestFile) -> String? {
        do throws(StoreError) {
            let header = try FileHeader(decoding: bytes, file: row.name)
            guard header.kind == .segment, header.fileID == row.id, header.fileSalt == row.salt
            else {
                return "the header is of file \(header.fileID), the manifest expects \(row.id)"
            }
            return nil
        } catch { return error.message }
    }

    private static func footer(
        _ bytes: [UInt8], _ row: ManifestFile
    ) -> Result<SegmentFooter, CodecError> {
        Result { () throws(CodecError) in
            let footer = try SegmentFooter(decoding: bytes.rawSpan)
            guard footer.fileID == row.id, footer.fileSalt == row.salt,
                footer.fileByteCount == row.byteCount
            else {
                throw .malformed(
                    "the footer is of file \(footer.fileID) with \(footer.fileByteCount) bytes, "
                        + "the manifest expects \(row.id) with \(row.byteCount)")
            }
            return footer
        }
    }
}
