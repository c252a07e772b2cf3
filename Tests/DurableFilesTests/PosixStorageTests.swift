import Foundation
import Testing

@testable import DurableFiles

@Suite("PosixStorage") struct PosixStorageTests {
    @Test("creates its root once, but no parents")
    func create() throws {
        try withPosixStorage { storage in
            _ = try PosixStorage.create(root: storage.root)
            #expect(code { _ = try PosixStorage.create(root: storage.root + "/x/y") } == .notFound)
            #expect(code { _ = try PosixStorage(root: storage.root + "/x") } == .notFound)
            try storage.make("file")
            #expect(code { _ = try PosixStorage(root: storage.root + "/file") } == .notAFolder)
        }
    }

    @Test("stays in its folder when that is moved and replaced")
    func moved() throws {
        try withPosixStorage { outer in
            let root = outer.root + "/store"
            let storage = try PosixStorage.create(root: root)
            try storage.make("a", [1])
            #expect(rename(root, outer.root + "/moved") == 0)
            _ = try PosixStorage.create(root: root)
            #expect(try storage.content("a") == [1])
            try storage.syncParentOfRoot()
        }
    }

    @Test("maps only for reading")
    func mapsReadOnly() throws {
        try withPosixStorage { storage in
            try storage.createFolder("seg")
            let file = try storage.make("seg/mapped", someBytes(10_000))
            let map = try file.map(at: 5_000, byteCount: 5_000)
            let line = try #require(try mapLines(of: "\(storage.root)/seg/mapped").first)
            #expect(line.split(separator: " ")[1] == "r--s")
            withExtendedLifetime(map) {}
        }
    }

    @Test("gives maps back at the end of their life")
    func unmaps() throws {
        try withPosixStorage { storage in
            let file = try storage.make("mapped", someBytes(10_000))
            #expect(try file.map(at: 1, byteCount: 1).byteCount == 1)
            #expect(try mapLines(of: "\(storage.root)/mapped").isEmpty)
        }
    }

    @Test("closes descriptors at the end of their objects' life")
    func closesDescriptors() throws {
        try withPosixStorage { storage in
            let file = try storage.make("a", [1])
            #expect(openDescriptorCount(below: storage.root) == 2)
            file.close()
            #expect(openDescriptorCount(below: storage.root) == 1)
            for _ in 0..<3 { #expect(try storage.open("a", .read).byteCount() == 1) }
            _ = try storage.list("")
            try storage.syncFolder("")
            _ = try storage.lock("LOCK", waiting: .zero)
            #expect(openDescriptorCount(below: storage.root) == 1)
        }
    }

    @Test("raises the limit of open files to the hard one")
    func openFileLimit() throws {
        let limit = try PosixStorage.raiseOpenFileLimit()
        var found = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &found)
        #expect(found.rlim_cur == found.rlim_max)
        #expect(UInt(limit) == found.rlim_max || limit == .max)
    }

    /// A write beyond the limit raises a signal that would end this process: arriving at the checks
    /// is what is tested. The limit is far above what other tests write.
    @Test("takes a file that is too large for the process as a full disk, and lives")
    func fileSizeLimit() throws {
        let resource = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
        var old = rlimit()
        getrlimit(resource, &old)
        let size = 1 << 30
        var lowered = rlimit(rlim_cur: rlim_t(size), rlim_max: old.rlim_max)
        setrlimit(resource, &lowered)
        defer { setrlimit(resource, &old) }
        try withPosixStorage { storage in
            let file = try storage.make("a")
            let error = #expect(throws: StorageError.self) { try file.write([1], at: size) }
            #expect(error?.code == .diskFull && error?.errno == EFBIG)
            #expect(code { try file.write([1, 2], at: size - 1) } == .diskFull)
            #expect(code { try file.truncate(to: size + 1) } == .diskFull)
            #expect(code { try file.preallocate(byteCount: size + 1) } == .diskFull)
            try file.write([1], at: size - 1)
            #expect(try file.byteCount() == size)
        }
    }

    @Test("takes no space for a full disk")
    func diskFull() throws {
        let devices = try PosixStorage(root: "/dev")
        let error = #expect(throws: StorageError.self) {
            try devices.open("full", .write).write([1], at: 0)
        }
        #expect(error?.code == .diskFull && error?.errno == ENOSPC)
    }

    @Test("reads where nothing can be written")
    func readOnlyMedium() throws {
        let storage = try PosixStorage(root: "/proc/self", readOnly: true)
        #expect(try storage.open("status", .read).read(at: 0, byteCount: 5) == Array("Name:".utf8))
        #expect(try storage.list("").contains("status"))
        #expect(try !storage.list("").contains("fd"))
    }

    @Test(
        "keeps the classes of failure apart",
        arguments: [
            (ENOENT, StorageError.Code.notFound), (EEXIST, .exists), (ENOTDIR, .notAFolder),
            (EISDIR, .isAFolder), (EACCES, .permission), (EPERM, .permission),
            (EROFS, .readOnlyFileSystem), (ENOSPC, .diskFull), (EDQUOT, .diskFull),
            (EFBIG, .diskFull),
            (EMFILE, .tooManyOpenFiles), (ENFILE, .tooManyOpenFiles), (ENOMEM, .noMemory),
            (EIO, .io),
            (EXDEV, .crossDevice), (EMLINK, .tooManyLinks), (ESTALE, .stale), (EBADF, .badFile),
            (EINVAL, .other),
        ])
    func codes(number: Int32, expected: StorageError.Code) {
        #expect(StorageError.Code(errno: number) == expected)
        let error = StorageError(number, "read", path: "a", root: "/r")
        #expect(error.message.hasSuffix("(errno \(number))"))
    }

    @Test("finishes calls under way before a descriptor is given back")
    func closeWhileReading() throws {
        try withPosixStorage { storage in
            try storage.make("a", someBytes(4_096))
            for _ in 0..<50 {
                let file = try storage.open("a", .read)
                DispatchQueue.concurrentPerform(iterations: 4) { thread in
                    for step in 0..<20 {
                        if thread == 0 && step == 10 { file.close() }
                        // The file's own bytes or a refusal, never another file's.
                        let found = try? file.read(at: 0, byteCount: 4_096)
                        #expect(found == nil || found == someBytes(4_096))
                    }
                }
            }
            #expect(openDescriptorCount(below: storage.root) == 1)
        }
    }

    /// The lines of this process's memory map that name a file.
    private func mapLines(of path: String) throws -> [Substring] {
        // A file of the system's own, whose size is 0 whatever it holds.
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/self/maps"))
        var text = ""
        while let part = try handle.read(upToCount: 1 << 16), !part.isEmpty {
            text += String(decoding: part, as: UTF8.self)
        }
        return text.split(separator: "\n").filter { $0.hasSuffix(path) }
    }

    private func openDescriptorCount(below root: String) -> Int {
        let files = FileManager.default
        let numbers = (try? files.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return numbers.count { number in
            let target = try? files.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(number)")
            return target?.hasPrefix(root) ?? false
        }
    }
}
