import ColumnCodec
import TimeSeriesModel

/// The payload of a samples frame in the log (`docs/format/record-file.md`).
///
/// ```
/// varint years, per year: varint year, svarint change of the visible count
/// varint n
/// n svarint differences of series ids, the first from 0
/// svarint first time, n - 1 svarint differences
/// u8 1, u8 quality of all              or  u8 2, varint runs, per run u8 quality, varint length
/// u8 1, n float32 (every value exact)  or  u8 2, n float64
/// ```
struct SampleFrame: Sendable {
    var countChanges: [Int: Int] = [:]
    var batch = SampleBatch()

    /// The longest payload of so many samples: each has at most 5 bytes of series, 7 of time (the
    /// years 1900 to 2199), 4 of quality and 8 of value, and a year of its own.
    static func byteCountMax(sampleCount: Int) -> Int {
        64 + sampleCount * 24 + min(sampleCount, 300) * 7
    }

    /// The payload of some samples of a batch.
    static func encode(
        _ batch: SampleBatch, _ indices: [Int], countChanges: [Int: Int]
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32 + indices.count * 11)
        bytes.appendVarint(countChanges.count)
        for (year, change) in countChanges.sorted(by: { $0.key < $1.key }) {
            bytes.appendVarint(year)
            bytes.appendSVarint(Int64(change))
        }
        bytes.appendVarint(indices.count)
        var previous: Int64 = 0
        for index in indices {
            let id = Int64(batch.series[index].rawValue)
            bytes.appendSVarint(id - previous)
            previous = id
        }
        previous = 0
        for index in indices {
            bytes.appendSVarint(batch.times[index] - previous)
            previous = batch.times[index]
        }
        appendQualities(batch, indices, to: &bytes)
        appendValues(batch, indices, to: &bytes)
        return bytes
    }

    private static func appendQualities(
        _ batch: SampleBatch, _ indices: [Int], to bytes: inout [UInt8]
    ) {
        var runs: [(quality: UInt8, length: Int)] = []
        for index in indices {
            let quality = batch.qualities[index]
            if runs.last?.quality == quality {
                runs[runs.count - 1].length += 1
            } else {
                runs.append((quality, 1))
            }
        }
        if runs.count == 1 {
            bytes += [1, runs[0].quality]
            return
        }
        bytes.append(2)
        bytes.appendVarint(runs.count)
        for run in runs {
            bytes.append(run.quality)
            bytes.appendVarint(run.length)
        }
    }

    private static func appendValues(
        _ batch: SampleBatch, _ indices: [Int], to bytes: inout [UInt8]
    ) {
        let areNarrow = indices.allSatisfy { index in
            let value = batch.values[index]
            return Double(Float(value)).bitPattern == value.bitPattern
        }
        bytes.append(areNarrow ? 1 : 2)
        for index in indices {
            if areNarrow {
                bytes.appendLittleEndian(Float(batch.values[index]).bitPattern)
            } else {
                bytes.appendLittleEndian(batch.values[index].bitPattern)
            }
        }
    }

    init(decoding payload: RawSpan) throws(CodecError) {
        var reader = ByteReader(payload)
        for _ in 0..<(try reader.varint(upTo: 400, "years of a batch")) {
            let year = try reader.varint(upTo: 9999, "year")
            let (change, overflow) = (countChanges[year] ?? 0)
                .addingReportingOverflow(Int(try reader.svarint()))
            guard !overflow else { throw .malformed("a count of samples overflows") }
            countChanges[year] = change
        }
        // Every sample takes four bytes of value at least: no count beyond that is believed.
        let count = try reader.varint(upTo: reader.remaining / 4, "samples of a batch")
        // A sample is new or takes the place of another. Sums of such counts do not overflow.
        for (year, change) in countChanges where !(0...count).contains(change) {
            throw .malformed("\(change) new samples of \(year) found in a batch of \(count)")
        }
        try decodeSeries(count, &reader)
        try decodeTimes(count, &reader)
        try decodeQualities(count, &reader)
        try decodeValues(count, &reader)
        try reader.expectEnd("a batch of samples")
    }

    private mutating func decodeSeries(
        _ count: Int, _ reader: inout ByteReader
    ) throws(CodecError) {
        batch.series.reserveCapacity(count)
        var id: Int64 = 0
        for _ in 0..<count {
            id = id &+ (try reader.svarint())
            guard let number = UInt32(exactly: id), number < Catalog.seriesIDEnd.rawValue else {
                throw .malformed("series id \(id) found")
            }
            batch.series.append(SeriesID(rawValue: number))
        }
    }

    private mutating func decodeTimes(
        _ count: Int, _ reader: inout ByteReader
    ) throws(CodecError) {
        batch.times.reserveCapacity(count)
        var time: Int64 = 0
        for _ in 0..<count {
            time = time &+ (try reader.svarint())
            guard BulkImport.supportedRange.contains(Timestamp(rawValue: time)) else {
                throw .malformed("time \(time) found, the years 1900 to 2199 expected")
            }
            batch.times.append(time)
        }
    }

    private mutating func decodeQualities(
        _ count: Int, _ reader: inout ByteReader
    ) throws(CodecError) {
        let form = try reader.u8()
        if form == 1 {
            batch.qualities = [UInt8](repeating: try reader.u8(), count: count)
            return
        }
        guard form == 2 else { throw .unsupported("quality form \(form); 1 and 2 are supported") }
        for _ in 0..<(try reader.varint(upTo: count, "runs of quality")) {
            let quality = try reader.u8()
            let length = try reader.varint(upTo: count - batch.qualities.count, "run of quality")
            batch.qualities += repeatElement(quality, count: length)
        }
        guard batch.qualities.count == count else {
            throw .malformed("\(batch.qualities.count) qualities found, \(count) expected")
        }
    }

    private mutating func decodeValues(
        _ count: Int, _ reader: inout ByteReader
    ) throws(CodecError) {
        batch.values.reserveCapacity(count)
        switch try reader.u8() {
        case 1:
            for _ in 0..<count { batch.values.append(Double(Float(bitPattern: try reader.u32()))) }
        case 2:
            for _ in 0..<count { batch.values.append(try reader.f64()) }
        case let form: throw .unsupported("value form \(form); 1 and 2 are supported")
        }
    }
}
