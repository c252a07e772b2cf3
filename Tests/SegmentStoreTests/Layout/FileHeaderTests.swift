import ColumnCodec
import Testing

@testable import SegmentStore

@Suite("FileHeader") struct FileHeaderTests {
    static let header = FileHeader(
        kind: .segment, fileID: 0x1A, fileSalt: 0x5AF0_0000_0000_0001,
        storeID: 0x0123_4567_89AB_CDEF, year: 2025, firstLSN: 42)

    /// The header with some bytes replaced and the checksum made to fit.
    static func resealed(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
        var bytes = Array(header.encode().prefix(56))
        change(&bytes)
        bytes.appendLittleEndian(H64.hash(bytes, seed: 0))
        return bytes
    }

    static func code(of bytes: [UInt8], storeID: UInt64? = nil) -> StoreError.Code? {
        do throws(StoreError) {
            _ = try FileHeader(decoding: bytes, file: "seg/x", storeID: storeID)
            return nil
        } catch { return error.code }
    }

    @Test("has these bytes") func bytes() {
        let expected: [UInt8] = [
            0x89, 0x41, 0x4C, 0x4D, 0x0D, 0x0A, 0x1A, 0x0A, 2, 0, 1, 0, 0, 0, 64, 0,
            0x1A, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0xF0, 0x5A,
            0xEF, 0xCD, 0xAB, 0x89, 0x67, 0x45, 0x23, 0x01, 0xE9, 0x07, 0, 0, 0, 0, 0, 0,
            42, 0, 0, 0, 0, 0, 0, 0,
        ]
        let bytes = Self.header.encode()
        #expect(Array(bytes.prefix(56)) == expected)
        #expect(bytes.count == FileHeader.encodedSize)
    }

    @Test("comes back as it was", arguments: FileKind.allCases)
    func roundTrip(kind: FileKind) throws {
        let header = FileHeader(
            kind: kind, fileID: 9, fileSalt: .max, storeID: 1,
            year: kind == .segment || kind == .journal ? 1999 : nil, firstLSN: 7)
        let decoded = try FileHeader(decoding: header.encode(), file: "f", storeID: 1)
        #expect(decoded == header)
        #expect(decoded.contentOffset == (kind == .log ? 1024 : 64))
    }

    @Test("is damaged at every truncation", arguments: 0..<FileHeader.encodedSize)
    func truncated(length: Int) {
        #expect(Self.code(of: Array(Self.header.encode().prefix(length))) == .damaged)
    }

    @Test("is damaged by every bit flip, also in the magic")
    func flipped() {
        let bytes = Self.header.encode()
        for bit in 0..<bytes.count * 8 {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(Self.code(of: flipped) == .damaged, "bit \(bit)")
        }
    }

    @Test("of another program or store is foreign")
    func foreign() {
        let other = [UInt8]("SQLite format 3\0".utf8) + [UInt8](repeating: 7, count: 100)
        #expect(Self.code(of: other) == .foreign)
        #expect(Self.code(of: [UInt8](repeating: 0, count: 64)) == .foreign)
        #expect(Self.code(of: Self.header.encode(), storeID: 5) == .foreign)
    }

    @Test("of a later version is unsupported, and says what was found and is supported")
    func unsupported() {
        #expect(Self.code(of: Self.resealed { $0[10] = 2 }) == .unsupported)
        #expect(Self.code(of: Self.resealed { $0[8] = 9 }) == .unsupported)
        #expect(Self.code(of: Self.resealed { $0[46] = 1 }) == .unsupported)
        #expect(Self.code(of: Self.resealed { $0[14] = 63 }) == .unsupported)
        #expect(Self.code(of: Self.resealed { $0[21] = 1 }) == .unsupported)
        do {
            _ = try FileHeader(decoding: Self.resealed { $0[10] = 2 }, file: "seg/x")
        } catch {
            #expect(error.description == "seg/x@0: format version 2.0 found, 1 supported")
        }
    }

    @Test("of a later minor version, or with a flag that may be ignored, is read only or read")
    func later() throws {
        let minor = try FileHeader(decoding: Self.resealed { $0[12] = 1 }, file: "f")
        #expect(minor.isReadOnly)
        let flagged = try FileHeader(decoding: Self.resealed { $0[44] = 1 }, file: "f")
        #expect(flagged.flags == 1 && !flagged.isReadOnly)
        #expect(flagged.encode() == Self.resealed { $0[44] = 1 })
    }

    @Test("of another file is none of a log")
    func notThisLog() throws {
        let log = FileHeader(kind: .log, fileID: 3, fileSalt: 4, storeID: 5, firstLSN: 0)
        var other = log
        other.fileID = 4
        let record = FileHeader(kind: .catalog, fileID: 3, fileSalt: 4, storeID: 5, firstLSN: 0)
        let gap = [UInt8](repeating: 0, count: 512 - 64)
        for wrong in [other.encode(), record.encode()] {
            let first = wrong + gap + log.encode() + gap
            let found = try FileHeader.decodeLog(first, file: "log/x", storeID: 5, id: 3)
            #expect(found.header == log)
            #expect(found.damage.map(\.offset) == [0])
            let copy = log.encode() + gap + wrong + gap
            #expect(
                try FileHeader.decodeLog(copy, file: "log/x", id: 3).damage.map(\.offset) == [512])
            let error = #expect(throws: StoreError.self) {
                try FileHeader.decodeLog(wrong + gap + wrong + gap, file: "log/x", id: 3)
            }
            #expect(error?.code == .damaged)
        }
    }

    @Test("of a log stands twice, and either is enough")
    func logCopies() throws {
        let header = FileHeader(kind: .log, fileID: 3, fileSalt: 4, storeID: 5, firstLSN: 0)
        let bytes = header.encodePrefix()
        #expect(bytes.count == 1024)
        #expect(try FileHeader.decodeLog(bytes, file: "log/x").damage.isEmpty)
        for offset in [0, 512] {
            var damaged = bytes
            damaged[offset + 20] ^= 1
            let found = try FileHeader.decodeLog(damaged, file: "log/x", storeID: 5)
            #expect(found.header == header)
            #expect(found.damage.map(\.offset) == [offset])
            #expect(found.damage.first?.reason == .badHeader)
        }
        for length in [0, 63, 512, 575] {
            let cut = Array(bytes.prefix(length))
            if length < 64 {
                #expect(throws: StoreError.self) { try FileHeader.decodeLog(cut, file: "log/x") }
            } else {
                #expect(try FileHeader.decodeLog(cut, file: "log/x").damage.count == 1)
            }
        }
    }
}
