import ColumnCodec
import TimeSeriesModel

/// The log's frames, applied: heads and catalog as they were when the last of them was written.
struct ReplayedLog {
    let heads = Heads()
    private(set) var countChanges: [Int: Int] = [:]
    private(set) var catalogFrames: [RecordFrame] = []
    private(set) var journalFrames: [JournalFrame] = []

    /// - Parameter catalog: gets the definitions that are only in the log.
    /// - Throws: code `damaged` for a frame that is intact and yet cannot be.
    init(_ log: LogContent, _ catalog: inout Catalog) throws(StoreError) {
        for frame in log.frames {
            do throws(CodecError) {
                switch frame.type {
                case .samples:
                    let samples = try SampleFrame(decoding: frame.payload.rawSpan)
                    apply(samples, lsn: frame.lsn)
                    // Where the definition is lost, the number is taken all the same.
                    if let highest = samples.batch.series.max() {
                        catalog.reserveSeriesIDs(below: SeriesID(rawValue: highest.rawValue + 1))
                    }
                case .catalog:
                    catalogFrames.append(frame)
                    try ReplayedLog.apply(
                        try CatalogRecord.decode(payload: frame.payload), to: &catalog)
                case .journal:
                    let entries = try JournalPayload.decode(frame.payload)
                    guard let first = entries.first else { continue }
                    let year = UTCYear(containing: first.time).number
                    journalFrames.append(JournalFrame(year: year, frame: frame))
                case .tombstone:
                    throw CodecError.unsupported(
                        "record type 3 in a log found, 1, 2, 4 and 5 supported")
                default:
                    break
                }
            } catch {
                if case .unsupported(let text) = error {
                    throw StoreError(.unsupported, text, file: StoreLayout.logFolder)
                }
                throw StoreError(
                    .damaged, "LSN \(frame.lsn): \(error.text)", file: StoreLayout.logFolder)
            }
        }
    }

    private mutating func apply(_ frame: SampleFrame, lsn: LSN) {
        heads.append(frame.batch, Array(0..<frame.batch.count), lsn: lsn)
        heads.noteYears(frame.countChanges.keys)
        var years = NewestTimes()
        heads.noteYears(Set(frame.batch.times.map { years.year(of: $0) }))
        countChanges.merge(frame.countChanges, uniquingKeysWith: +)
    }

    private static func apply(
        _ records: [CatalogRecord], to catalog: inout Catalog
    ) throws(CodecError) {
        for record in records {
            do throws(StoreError) { try catalog.apply(record) } catch {
                throw .malformed(error.message)
            }
        }
    }
}
