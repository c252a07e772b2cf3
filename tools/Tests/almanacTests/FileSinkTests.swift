import Foundation
import Testing

@testable import almanac

@Suite("FileSink") struct FileSinkTests {
    private let folder: TemporaryFolder
    private var path: String { folder.path + "/a.svg" }

    init() throws { folder = try TemporaryFolder() }

    private func text() throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test("leaves the old file until the new one is whole") func whole() throws {
        _ = try folder.file("a.svg", "old")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        let sink = try FileSink(path)
        try sink.write(Array("new".utf8))
        #expect(try text() == "old")
        try sink.finish()
        #expect(try text() == "new" && names() == ["a.svg"])
        let facts = try FileManager.default.attributesOfItem(atPath: path)
        #expect(facts[.posixPermissions] as? Int == 0o600)
    }

    @Test("leaves nothing where it was not finished") func unfinished() throws {
        _ = try folder.file("a.svg", "old")
        do {
            let sink = try FileSink(path)
            try sink.write(Array("half".utf8))
            #expect(try names().count == 2)
        }
        #expect(try text() == "old" && names() == ["a.svg"])
        do { _ = try FileSink(folder.path + "/b.svg") }
        #expect(try names() == ["a.svg"])
    }

    @Test("writes through a link, and into what is no file") func otherKinds() throws {
        _ = try folder.file("a.svg", "old")
        let link = folder.path + "/link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        let sink = try FileSink(link)
        try sink.write(Array("new".utf8))
        try sink.finish()
        #expect(try text() == "new")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == path)
        let pipe = folder.path + "/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        let reader = open(pipe, O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        let writer = try FileSink(pipe)
        try writer.write(Array("through".utf8))
        try writer.finish()
        var bytes = [UInt8](repeating: 0, count: 16)
        #expect(read(reader, &bytes, bytes.count) == 7)
        #expect(try names() == ["a.svg", "link", "pipe"])
    }
}
