import ColumnCodec
import TestSupport
import Testing

@testable import SegmentStore

@Suite("RecordScanner") struct RecordScannerTests {
    static let salt: UInt64 = 0xABCD_EF01_2345_6789
    static let frames = [
        RecordFrame(type: .samples, lsn: 10, distance: 1, payload: [1, 2, 3]),
        RecordFrame(type: .catalog, lsn: 11, distance: 2, payload: Array(0..<40)),
        RecordFrame(type: .tombstone, lsn: 12, payload: [UInt8](repeating: 0, count: 8)),
        RecordFrame(type: .hole, lsn: 13, distance: .max, payload: [9]),
    ]

    /// The frames one behind the other from offset 64 on, as a file has them.
    static let bytes: [UInt8] = {
        var bytes = [UInt8](repeating: 0xEE, count: 64)
        for frame in frames { frame.append(to: &bytes, at: bytes.count, salt: salt) }
        return bytes
    }()

    static func scanner(_ bytes: [UInt8]) -> RecordScanner {
        RecordScanner(bytes, from: 64, salt: salt, file: "rec/x")
    }

    /// All frames, and the faults between them, searching on after each.
    static func scan(
        _ bytes: [UInt8]
    ) throws(StoreError) -> (frames: [RecordFrame], faults: [RecordFault]) {
        var scanner = scanner(bytes)
        var frames: [RecordFrame] = []
        var faults: [RecordFault] = []
        while let step = try scanner.next() {
            switch step {
            case .frame(let found): frames.append(found.frame)
            case .fault(let fault):
                faults.append(fault)
                guard scanner.skipToNextFrame() != nil else { return (frames, faults) }
            }
        }
        return (frames, faults)
    }

    @Test("a frame has these bytes") func exactBytes() {
        let bytes = Self.frames[0].encode(at: 64, salt: Self.salt)
        var expected: [UInt8] = [3, 0, 0, 0, 1, 0, 1, 0, 10, 0, 0, 0, 0, 0, 0, 0]
        let hash = H64.hash(expected + [1, 2, 3], seed: Self.salt &+ 64)
        expected.appendLittleEndian(hash)
        expected += [1, 2, 3, 0, 0, 0, 0, 0]
        #expect(bytes == expected)
        #expect(Self.frames[0].byteCount == 32)
    }

    @Test("a distance counts from the synced LSN and stops at 65,535")
    func distance() {
        #expect(RecordFrame.distance(of: 12, fromSynced: 10) == 2)
        #expect(RecordFrame.distance(of: 12, fromSynced: 12) == 0)
        #expect(RecordFrame.distance(of: 1 << 40, fromSynced: 1) == .max)
    }

    @Test("gives all frames with their offsets")
    func walk() throws {
        var scanner = Self.scanner(Self.bytes)
        var offset = 64
        for frame in Self.frames {
            #expect(try scanner.next() == .frame(LocatedFrame(offset: offset, frame: frame)))
            offset += frame.byteCount
        }
        #expect(try scanner.next() == nil)
        #expect(scanner.offset == Self.bytes.count)
    }

    @Test("walks a part of a file by the file's offsets")
    func part() throws {
        let start = 64 + Self.frames[0].byteCount
        var scanner = RecordScanner(
            Array(Self.bytes[start...]), origin: start, from: start, salt: Self.salt, file: "f")
        #expect(
            try scanner.next() == .frame(LocatedFrame(offset: start, frame: Self.frames[1])))
    }

    @Test("every truncation gives the whole frames before it and a fault for the rest")
    func truncated() throws {
        var ends = [64]
        for frame in Self.frames { ends.append(ends.last! + frame.byteCount) }
        for length in 64..<Self.bytes.count {
            let found = try Self.scan(Array(Self.bytes.prefix(length)))
            let whole = ends.filter { $0 <= length }.count - 1
            #expect(found.frames == Array(Self.frames.prefix(whole)))
            #expect(found.faults.count == (ends.contains(length) ? 0 : 1), "\(length)")
            #expect(found.faults.allSatisfy { $0.offset == ends[whole] })
        }
    }

    @Test("every bit flip costs its frame at most, and then is reported")
    func flipped() throws {
        for bit in 64 * 8..<Self.bytes.count * 8 {
            var bytes = Self.bytes
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            let found = try Self.scan(bytes)
            if found.faults.isEmpty {
                // The padding belongs to no frame's content.
                #expect(found.frames == Self.frames)
            } else {
                #expect(found.faults.count == 1 && found.frames.count == 3, "bit \(bit)")
                #expect(found.frames.allSatisfy(Self.frames.contains))
            }
        }
    }

    @Test("frames at another offset or under another salt are not valid")
    func misplaced() throws {
        var other = RecordScanner(Self.bytes, from: 64, salt: 1, file: "f")
        guard case .fault(let fault)? = try other.next() else {
            Issue.record("a frame under another salt was taken")
            return
        }
        #expect(fault.reason == .checksum)
        #expect(other.skipToNextFrame() == nil)
        let shifted = [UInt8](repeating: 0xEE, count: 8) + Self.bytes
        #expect(try Self.scan(shifted).frames.isEmpty)
    }

    @Test("a zero tail is an end mark, also where it is shorter than a header")
    func endMark() throws {
        for count in [1, 3, 8, 23, 24, 4096] {
            let found = try Self.scan(Self.bytes + [UInt8](repeating: 0, count: count))
            #expect(found.frames == Self.frames)
            #expect(found.faults.map(\.reason) == [.endMark])
        }
    }

    @Test("a payload above the limit is refused before memory is taken")
    func tooLong() throws {
        var bytes = Self.bytes
        bytes.replaceSubrange(64..<68, with: [1, 0, 0, 4])
        #expect(try Self.scan(bytes).faults.map(\.reason) == [.tooLong])
        bytes.replaceSubrange(64..<68, with: [0, 0, 0, 4])
        #expect(try Self.scan(bytes).faults.map(\.reason) == [.truncated])
    }

    @Test("an unknown type below 128 is unsupported, one from 128 on is given")
    func unknownTypes() throws {
        let encode = { (type: UInt8) in
            [UInt8](repeating: 0, count: 64)
                + RecordFrame(type: RecordType(rawValue: type), lsn: 1, payload: [7])
                .encode(at: 64, salt: Self.salt)
        }
        let skippable = try Self.scan(encode(128))
        #expect(skippable.frames.map(\.type.maySkip) == [true])
        for type: UInt8 in [0, 6, 127] {
            do {
                _ = try Self.scan(encode(type))
                Issue.record("type \(type) was taken")
            } catch {
                #expect(error.code == .unsupported && error.offset == 64)
            }
        }
    }

    @Test("a search takes plausible LSNs only")
    func plausible() throws {
        var scanner = Self.scanner(Self.bytes)
        let third = 64 + Self.frames[0].byteCount + Self.frames[1].byteCount
        #expect(scanner.skipToNextFrame(lsn: 12...20) == third)
        #expect(try scanner.next() == .frame(LocatedFrame(offset: third, frame: Self.frames[2])))
    }

    @Test("noise gives faults and no frames, and never traps")
    func noise() throws {
        var random = SplitMix64(seed: 3)
        for _ in 0..<300 {
            let bytes = (0..<64 + Int(random.next() % 400)).map { _ in
                UInt8(truncatingIfNeeded: random.next()) & 3
            }
            #expect(try Self.scan(bytes).frames.isEmpty)
            let changed = random.mutated(Self.bytes)
            if changed.count >= 64 { _ = try? Self.scan(changed) }
        }
    }
}
