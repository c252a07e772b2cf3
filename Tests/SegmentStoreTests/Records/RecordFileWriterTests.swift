import DurableFiles
import Testing

@testable import SegmentStore

@Suite("RecordFileWriter") struct RecordFileWriterTests {
    static let header = FileHeader(
        kind: .log, fileID: 1, fileSalt: 77, storeID: 5, firstLSN: 0)
    static let frames = RecordScannerTests.frames

    static func read(_ path: String, in storage: any Storage) throws -> [RecordFrame] {
        let file = try storage.open(path, .read)
        var reader = RecordFileReader(file, from: 1024, to: try file.byteCount(), salt: 77)
        var frames: [RecordFrame] = []
        while case .frame(let found)? = try reader.next() { frames.append(found.frame) }
        return frames
    }

    @Test("appends at the committed size what a scanner reads back")
    func append() throws {
        let storage = SimulatedStorage()
        var writer = try RecordFileWriter.create(
            Self.header, at: "x.log", in: storage, preallocated: 16 << 10)
        #expect(writer.byteCount == 1024)
        let range = try writer.append(Self.frames.prefix(2))
        #expect(range.lowerBound == 1024)
        #expect(try writer.append([RecordFrame]()).isEmpty)
        try writer.append(Self.frames.dropFirst(2))
        try writer.sync()
        #expect(storage.files["x.log"]?.count == 16 << 10)
        #expect(try Self.read("x.log", in: storage) == Self.frames)
        try writer.trim()
        #expect(storage.files["x.log"]?.count == writer.byteCount)
        writer.close()
        #expect(storage.openFileCount == 0)
    }

    @Test("cuts what no one has committed when it opens a file")
    func reopen() throws {
        let storage = SimulatedStorage()
        var writer = try RecordFileWriter.create(Self.header, at: "x.log", in: storage)
        let committed = try writer.append(Self.frames.prefix(1)).upperBound
        try writer.append(Self.frames.dropFirst())
        writer.close()
        var again = try RecordFileWriter.open(
            "x.log", salt: 77, byteCount: committed, in: storage)
        #expect(storage.files["x.log"]?.count == committed)
        try again.append([Self.frames[3]])
        #expect(try Self.read("x.log", in: storage) == [Self.frames[0], Self.frames[3]])
        again.close()
    }

    @Test("refuses a file shorter than committed, with both sizes")
    func short() throws {
        let storage = SimulatedStorage()
        try RecordFileWriter.create(Self.header, at: "x.log", in: storage).close()
        do {
            _ = try RecordFileWriter.open("x.log", salt: 77, byteCount: 2048, in: storage)
            Issue.record("a short file was opened")
        } catch {
            #expect(error.code == .damaged && error.offset == 1024)
            #expect(error.message == "1024 bytes found, 2048 committed")
        }
    }

    @Test("keeps its committed size when a write fails, and writes there again")
    func failure() throws {
        let storage = SimulatedStorage()
        var writer = try RecordFileWriter.create(Self.header, at: "x.log", in: storage)
        storage.inject(.shortWrite(byteCount: 30, errno: 28), atEvery: [.write])
        #expect(throws: StoreError.self) { try writer.append(Self.frames) }
        #expect(writer.byteCount == 1024)
        storage.onOperation(nil)
        try writer.append(Self.frames)
        #expect(try Self.read("x.log", in: storage) == Self.frames)
    }
}
