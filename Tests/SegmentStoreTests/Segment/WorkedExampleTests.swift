import ColumnCodec
import Testing
import TimeSeriesModel

@testable import SegmentStore

@Suite("The worked example of the format page") struct WorkedExampleTests {
    private static let expected: [UInt8] =
        [
            0x43, 0x48, 0x4E, 0x4B, 0x1D, 0, 0, 0, 7, 0, 0, 0, 9, 0, 1, 0,
            0x00, 0x7C, 0x29, 0x1F, 0x94, 1, 0, 0, 0x2A, 0, 0, 0, 0, 0, 0, 0,
            0x09, 0x6D, 0xA3, 0x97, 0x3A, 0xE9, 0x31, 0xC9,
            2, 4, 1, 1, 0xA0, 0xF7, 0x36, 1, 0, 0x06, 0x16, 0xE0, 0xC4, 0x8E, 0x20, 1, 6, 2,
            0xAE, 3, 2, 0, 1, 1, 2, 8, 2, 0, 1,
        ] + [UInt8](repeating: 0, count: 3)

    @Test("comes out byte for byte, header and checksum included")
    func bytes() throws {
        let values = [21.5, 21.6, 21.6, 21.5, 21.4, 21.5, 21.9, 22.0, 22.0, 21.9]
        let slots: [Int64] = [0, 1, 2, 3, 4, 5, 8, 9, 10, 11]
        let columns = SampleColumns(
            times: slots.map { 1_735_689_600_000 + $0 * 900_000 }, values: values,
            qualities: [UInt8](repeating: 0, count: 10))
        var encoder = ChunkEncoder()
        var hint = ScaleHint()
        var run = EncodedRun(series: SeriesID(rawValue: 7))
        try run.append(columns, 0..<10, lastLSN: 42, using: &encoder, hint: &hint)
        let header = ChunkHeader(
            bodyByteCount: run.chunks[0].body.count, series: run.series, count: 10,
            firstTime: columns.times[0], lastLSN: 42)
        var bytes: [UInt8] = []
        header.append(
            body: run.bytes.rawSpan.extracting(run.chunks[0].body), at: 64,
            salt: 0x5AF0_0000_0000_0001, to: &bytes)
        #expect(bytes == WorkedExampleTests.expected)
    }

    @Test("is intact at its offset and nowhere else")
    func place() throws {
        let bytes = WorkedExampleTests.expected
        let header = try ChunkHeader(decoding: bytes.rawSpan)
        func isIntact(at offset: Int, salt: UInt64) -> Bool {
            header.isIntact(in: bytes.rawSpan, at: offset, salt: salt)
        }
        #expect(isIntact(at: 64, salt: 0x5AF0_0000_0000_0001))
        #expect(!isIntact(at: 72, salt: 0x5AF0_0000_0000_0001))
        #expect(!isIntact(at: 64, salt: 0x5AF0_0000_0000_0002))
    }
}

@Suite("IndexEntry") struct IndexEntryTests {
    @Test("keeps its size on disk, and what it holds")
    func size() throws {
        var statistics = ChunkStatistics()
        statistics.firstTime = -5
        statistics.lastTime = 99
        statistics.minimum = -0.0
        statistics.maximum = 7.5
        statistics.sum = 1e300
        statistics.first = 2
        statistics.last = 3
        statistics.usableCount = 8000
        statistics.badCount = 192
        statistics.qualityUnion = 0xA5
        var entry = IndexEntry(offset: 0xFF_1234_5678, byteCount: 4096, statistics: statistics)
        entry.isLast = true
        var bytes: [UInt8] = []
        entry.append(to: &bytes, seed: 7)
        #expect(bytes.count == IndexEntry.encodedSize)
        let again = try IndexEntry(decoding: bytes.rawSpan, at: 0, seed: 7)
        #expect(again.statistics == statistics)
        #expect(again.offset == entry.offset && again.byteCount == entry.byteCount)
        #expect(again.isLast && !again.isFirst)
    }

    @Test("is refused in another place of the index, and with any bit flipped")
    func checksum() throws {
        let entry = IndexEntry(offset: 64, byteCount: 72, statistics: ChunkStatistics())
        let series = SeriesID(rawValue: 3)
        let seed = IndexEntry.seed(salt: 99, series: series, ordinal: 5)
        var bytes: [UInt8] = []
        entry.append(to: &bytes, seed: seed)
        for other in [
            IndexEntry.seed(salt: 98, series: series, ordinal: 5),
            IndexEntry.seed(salt: 99, series: SeriesID(rawValue: 4), ordinal: 5),
            IndexEntry.seed(salt: 99, series: series, ordinal: 6),
        ] {
            #expect(throws: CodecError.self) {
                try IndexEntry(decoding: bytes.rawSpan, at: 0, seed: other)
            }
        }
        for bit in 0..<bytes.count * 8 {
            var changed = bytes
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: CodecError.self) {
                try IndexEntry(decoding: changed.rawSpan, at: 0, seed: seed)
            }
        }
    }
}

@Suite("SegmentFooter") struct SegmentFooterTests {
    private let footer = SegmentFooter(
        entryPages: 4096, directoryPages: 8192, rootPages: 12_288, entryPageCount: 1,
        directoryPageCount: 1, rootPageCount: 1, chunkCount: 3, sampleCount: 20, firstLSN: 1,
        lastLSN: 2, firstTime: -1, lastTime: 5, fileID: 9, fileSalt: 77, role: .merged)

    @Test("reads what it writes, and is refused at every truncation")
    func roundTrip() throws {
        let bytes = footer.encode()
        #expect(bytes.count == SegmentFooter.encodedSize)
        #expect(try decode(bytes) == footer)
        for length in 0..<bytes.count {
            let cut = Array(bytes[..<length])
            #expect(throws: CodecError.self) { try decode(cut) }
        }
    }

    @Test("is refused with any bit flipped")
    func flips() {
        for bit in 0..<SegmentFooter.encodedSize * 8 {
            var bytes = footer.encode()
            bytes[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: CodecError.self) { try decode(bytes) }
        }
    }

    private func decode(_ bytes: [UInt8]) throws -> SegmentFooter {
        try SegmentFooter(decoding: bytes.rawSpan)
    }
}
