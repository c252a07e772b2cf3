import Foundation
import Testing

@testable import ColumnCodec

@Suite("LZ4Block") struct LZ4BlockTests {
    static let lz4 = ["/usr/bin/lz4", "/usr/local/bin/lz4", "/bin/lz4"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    private func compressed(_ bytes: [UInt8]) -> [UInt8]? {
        var block: [UInt8] = [0xEE]
        guard
            let count = LZ4Block.compress(
                bytes.rawSpan, appendingTo: &block, byteCountMax: bytes.count + 100)
        else { return nil }
        #expect(count == block.count - 1 && block[0] == 0xEE)
        return Array(block.dropFirst())
    }

    static let inputs: [[UInt8]] = [
        [1], Array(repeating: 7, count: 5000), (0..<3000).map { UInt8($0 % 251) },
        Array("a run, a run, a run, another run, a run".utf8),
    ]

    @Test("gives back what it was given", arguments: inputs)
    func roundTrip(_ bytes: [UInt8]) throws {
        let block = try #require(compressed(bytes))
        var output = [UInt8](repeating: 0, count: bytes.count)
        try LZ4Block.decompress(block.rawSpan, byteCount: bytes.count, into: &output)
        #expect(output == bytes)
    }

    @Test("appends nothing where the block would be too long") func bounded() {
        var random = SeededGenerator(seed: 1)
        let bytes = (0..<1000).map { _ in UInt8.random(in: 0...255, using: &random) }
        var block: [UInt8] = [1, 2]
        #expect(
            LZ4Block.compress(bytes.rawSpan, appendingTo: &block, byteCountMax: 900) == nil)
        #expect(block == [1, 2])
    }

    @Test("refuses another length and every truncation") func lengths() throws {
        let bytes = LZ4BlockTests.inputs[2]
        let block = try #require(compressed(bytes))
        var output = [UInt8](repeating: 0, count: bytes.count + 10)
        #expect(throws: CodecError.self) {
            try LZ4Block.decompress(block.rawSpan, byteCount: bytes.count - 1, into: &output)
        }
        #expect(throws: CodecError.self) {
            try LZ4Block.decompress(block.rawSpan, byteCount: bytes.count + 1, into: &output)
        }
        for length in 0..<block.count {
            let part = Array(block[..<length])
            #expect(throws: CodecError.self) {
                try LZ4Block.decompress(part.rawSpan, byteCount: bytes.count, into: &output)
            }
        }
    }

    /// The legacy frame: magic, then blocks of 8 MiB at most, each behind its length.
    @Test(
        "is read by the reference lz4",
        .enabled(if: lz4 != nil, "the lz4 command is not installed"), arguments: inputs)
    func reference(_ bytes: [UInt8]) throws {
        let block = try #require(compressed(bytes))
        var frame: [UInt8] = []
        frame.appendLittleEndian(0x184C_2102 as UInt32)
        frame.appendLittleEndian(UInt32(block.count))
        frame += block
        #expect(try LZ4BlockTests.decompressedByReference(frame) == bytes)
    }

    @Test(
        "columns that chunks hold as LZ4 are read by the reference lz4",
        .enabled(if: lz4 != nil, "the lz4 command is not installed"))
    func column() throws {
        let values = (0..<1024).map { Double($0 % 7 == 0 ? 3 : $0 % 5) * 1e40 }
        let chunk = try ChunkRoundTrip(makeColumns(values))
        try chunk.check()
        let frame = try #require(chunk.layout.frames.first)
        #expect(frame.values.isLZ4)
        let stored = Array(chunk.body[frame.offset...].prefix(frame.values.byteCount))
        var reader = ByteReader(stored.rawSpan)
        let rawByteCount = try reader.varint()
        let block = Array(stored[reader.offset...])
        var legacy: [UInt8] = []
        legacy.appendLittleEndian(0x184C_2102 as UInt32)
        legacy.appendLittleEndian(UInt32(block.count))
        legacy += block
        #expect(try LZ4BlockTests.decompressedByReference(legacy).count == Int(rawByteCount))
    }

    private static func decompressedByReference(_ frame: [UInt8]) throws -> [UInt8] {
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("lz4-\(UUID().uuidString)")
        try Data(frame).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(lz4))
        process.arguments = ["-d", "-c", file.path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return bytes
    }
}
