import DurableFiles
import Foundation
import Testing

@Suite("StorageFile, in both forms") struct StorageFileTests {
    @Test("gives back what was written at an offset", arguments: StorageForm.allCases)
    func roundTrip(form: StorageForm) throws {
        try form.withStorage { storage in
            let bytes = someBytes(10_000)
            let file = try storage.make("a", bytes)
            #expect(try file.byteCount() == 10_000)
            #expect(try file.read(at: 0, byteCount: 10_000) == bytes)
            #expect(try file.read(at: 4_095, byteCount: 3) == Array(bytes[4_095..<4_098]))
            try file.write([1, 2, 3], at: 4_095)
            #expect(
                try file.read(at: 4_094, byteCount: 5) == [bytes[4_094], 1, 2, 3, bytes[4_098]])
            try file.sync()
        }
    }

    @Test("reads less only at the end", arguments: StorageForm.allCases)
    func shortRead(form: StorageForm) throws {
        try form.withStorage { storage in
            let file = try storage.make("a", [1, 2, 3, 4, 5])
            #expect(try file.read(at: 3, byteCount: 10) == [4, 5])
            #expect(try file.read(at: 5, byteCount: 10) == [])
            #expect(try file.read(at: 1_000, byteCount: 10) == [])
            #expect(try file.read(at: 1, byteCount: 0) == [])
        }
    }

    /// A length from a file may be any number: memory for it was taken before the file said no.
    @Test("takes no memory for bytes that the file does not have", arguments: StorageForm.allCases)
    func greedyRead(form: StorageForm) throws {
        try form.withStorage { storage in
            let file = try storage.make("a", [1, 2, 3, 4, 5])
            #expect(try file.read(at: 3, byteCount: 1 << 50) == [4, 5])
            #expect(try file.read(at: 1 << 50, byteCount: 1 << 50) == [])
        }
    }

    @Test("finds its data again after the cache was dropped", arguments: StorageForm.allCases)
    func dropCache(form: StorageForm) throws {
        try form.withStorage { storage in
            let bytes = someBytes(100_000)
            let file = try storage.make("a", bytes)
            try file.sync()
            file.dropCache()
            #expect(try file.read(at: 0, byteCount: bytes.count) == bytes)
        }
    }

    @Test("passes over holes, and over no data", arguments: StorageForm.allCases)
    func nextData(form: StorageForm) throws {
        try form.withStorage { storage in
            let file = try storage.make("a", [1])
            try file.write([2], at: 10 << 20)
            let found = try #require(file.nextData(from: 4 << 20))
            #expect(found >= 4 << 20 && found <= 10 << 20)
            #expect(file.nextData(from: 10 << 20) == 10 << 20)
            #expect(file.nextData(from: 0) == 0)
        }
    }

    @Test("reads into the same memory again and again", arguments: StorageForm.allCases)
    func reuse(form: StorageForm) throws {
        try form.withStorage { storage in
            let bytes = someBytes(4_000)
            let file = try storage.make("a", bytes)
            var buffer: [UInt8] = []
            buffer.reserveCapacity(4_096)
            let address = buffer.withUnsafeBufferPointer { $0.baseAddress }
            for (offset, count) in [(0, 4_000), (10, 1), (3_990, 4_000), (5_000, 9), (7, 3_000)] {
                let found = try file.read(at: offset, byteCount: count, into: &buffer)
                #expect(found == buffer.count)
                #expect(buffer[...] == bytes.dropFirst(offset).prefix(count))
            }
            #expect(buffer.withUnsafeBufferPointer { $0.baseAddress } == address)
        }
    }

    @Test("has zeros where nothing was written", arguments: StorageForm.allCases)
    func holes(form: StorageForm) throws {
        try form.withStorage { storage in
            let file = try storage.make("a")
            try file.write([7], at: 9_000)
            #expect(try file.byteCount() == 9_001)
            #expect(try file.read(at: 8_998, byteCount: 9) == [0, 0, 7])
        }
    }

    @Test("is cut and made longer with zeros", arguments: StorageForm.allCases)
    func truncate(form: StorageForm) throws {
        try form.withStorage { storage in
            let file = try storage.make("a", someBytes(5_000))
            try file.truncate(to: 100)
            #expect(try file.byteCount() == 100)
            try file.truncate(to: 6_000)
            let expected = someBytes(5_000)[..<100] + [UInt8](repeating: 0, count: 5_900)
            #expect(try file.read(at: 0, byteCount: 6_000) == Array(expected))
            try file.truncate(to: 0)
            #expect(try file.read(at: 0, byteCount: 1) == [])
        }
    }

    @Test("takes space without losing content or length", arguments: StorageForm.allCases)
    func preallocate(form: StorageForm) throws {
        try form.withStorage { storage in
            let file = try storage.make("a", [1, 2, 3])
            try file.preallocate(byteCount: 20_000)
            #expect(try file.byteCount() == 20_000)
            #expect(try file.read(at: 0, byteCount: 4) == [1, 2, 3, 0])
            try file.preallocate(byteCount: 10)
            try file.preallocate(byteCount: 0)
            #expect(try file.byteCount() == 20_000)
        }
    }

    @Test("maps a range from any offset", arguments: StorageForm.allCases)
    func map(form: StorageForm) throws {
        try form.withStorage { storage in
            let bytes = someBytes(10_000)
            let file = try storage.make("a", bytes)
            for (offset, count) in [(0, 10_000), (1, 9_999), (4_096, 1), (4_097, 5_000), (9, 0)] {
                let map = try file.map(at: offset, byteCount: count)
                #expect(map.byteCount == count)
                let found = map.withBytes { bytes in
                    (0..<bytes.byteCount).map {
                        bytes.unsafeLoadUnaligned(fromByteOffset: $0, as: UInt8.self)
                    }
                }
                #expect(found[...] == bytes[offset..<offset + count])
            }
        }
    }

    @Test("refuses to map beyond its end", arguments: StorageForm.allCases)
    func mapBeyondEnd(form: StorageForm) throws {
        try form.withStorage { storage in
            let file = try storage.make("a", someBytes(100))
            #expect(code { _ = try file.map(at: 1, byteCount: 100) } == .endOfFile)
            #expect(code { _ = try file.map(at: 101, byteCount: 1) } == .endOfFile)
            #expect(code { _ = try file.map(at: 1, byteCount: .max) } == .endOfFile)
        }
    }

    @Test("keeps a map after it is closed, unlinked and gone", arguments: StorageForm.allCases)
    func mapOutlivesFile(form: StorageForm) throws {
        try form.withStorage { storage in
            let map = try storage.make("a", [1, 2, 3]).map(at: 1, byteCount: 2)
            try storage.unlink("a")
            let second = map.withBytes { $0.unsafeLoad(fromByteOffset: 1, as: UInt8.self) }
            #expect(second == 3)
        }
    }

    @Test("lets an error of the closure through a map unchanged")
    func mapThrows() throws {
        struct Refused: Error, Equatable {}
        let map = MappedBytes(copying: [1])
        #expect(throws: Refused()) { try map.withBytes { _ throws(Refused) in throw Refused() } }
    }

    @Test("stays readable and writable after unlink and rename", arguments: StorageForm.allCases)
    func openOutlivesName(form: StorageForm) throws {
        try form.withStorage { storage in
            let first = try storage.make("a", [1])
            let second = try storage.make("b", [2])
            try storage.rename("a", to: "b")
            try first.write([3], at: 1)
            try second.write([4], at: 1)
            #expect(try second.read(at: 0, byteCount: 9) == [2, 4])
            #expect(try storage.content("b") == [1, 3])
            try storage.unlink("b")
            try first.write([5], at: 2)
            try first.sync()
            #expect(try first.read(at: 0, byteCount: 9) == [1, 3, 5])
            #expect(try storage.list("") == [])
        }
    }

    @Test("does nothing any more once it is closed", arguments: StorageForm.allCases)
    func closed(form: StorageForm) throws {
        try form.withStorage { storage in
            let file = try storage.make("a", [1])
            file.close()
            file.close()
            #expect(code { _ = try file.read(at: 0, byteCount: 1) } == .badFile)
            #expect(code { try file.write([1], at: 0) } == .badFile)
            #expect(code { try file.sync() } == .badFile)
            #expect(code { _ = try file.byteCount() } == .badFile)
            #expect(code { _ = try file.map(at: 0, byteCount: 1) } == .badFile)
        }
    }

    @Test("opened for reading cannot be changed", arguments: StorageForm.allCases)
    func readAccess(form: StorageForm) throws {
        try form.withStorage { storage in
            try storage.make("a", [1])
            let file = try storage.open("a", .read)
            #expect(code { try file.write([2], at: 0) } != nil)
            #expect(code { try file.truncate(to: 0) } != nil)
            #expect(try storage.content("a") == [1])
        }
    }

    @Test("is cloned whole, or left empty where blocks cannot be shared")
    func clone() throws {
        for canClone in [true, false] {
            let storage = SimulatedStorage(seed: 1)
            storage.setCanClone(canClone)
            let file = try storage.make("a", someBytes(5_000))
            let copy = try storage.open("b", .create)
            #expect(try file.clone(to: copy) == canClone)
            #expect(try storage.content("b") == (canClone ? someBytes(5_000) : []))
            try file.write([1], at: 0)
            #expect(try storage.content("b") == (canClone ? someBytes(5_000) : []))
            let other = try SimulatedStorage(seed: 2).open("b", .create)
            let isCloned = try file.clone(to: other)
            #expect(!isCloned)
        }
    }

    /// On most file systems of a build machine the answer is no: then nothing was changed.
    @Test("of the system is cloned whole, or left empty")
    func systemClone() throws {
        try withPosixStorage { storage in
            let file = try storage.make("a", someBytes(50_000))
            try file.sync()
            let copy = try storage.open("b", .create)
            let isCloned = try file.clone(to: copy)
            #expect(try storage.content("b") == (isCloned ? someBytes(50_000) : []))
            // A target that cannot be written is an error and not a file system without clones.
            let closed = try storage.open("c", .create)
            closed.close()
            #expect(code { _ = try file.clone(to: closed) } == .badFile)
        }
    }

    @Test("of the system shares blocks on Btrfs and XFS", .enabled(if: CloneFolder.isAvailable))
    func cloneFileSystems() throws {
        for form in CloneFolder.commands {
            try CloneFolder.withMount(form) { folder in
                let storage = try PosixStorage.create(root: folder + "/s")
                let other = try PosixStorage.create(root: folder + "/t")
                #expect(try storage.sharesFileSystem(with: other))
                let file = try storage.make("a", someBytes(2_000_000))
                try file.sync()
                let copy = try other.open("b", .create)
                let isCloned = try file.clone(to: copy)
                #expect(isCloned, "\(form)")
                try file.write([1, 2, 3], at: 70_000)
                #expect(try other.content("b") == someBytes(2_000_000), "\(form)")
                try withPosixStorage { elsewhere in
                    let isShared = try storage.sharesFileSystem(with: elsewhere)
                    #expect(!isShared)
                    let far = try elsewhere.open("b", .create)
                    let isCloned = try file.clone(to: far)
                    #expect(!isCloned, "\(form)")
                }
            }
        }
    }

    @Test("marked read-only is not opened for writing by other users, and stays readable")
    func readOnlyMark() throws {
        try withPosixStorage { storage in
            let file = try storage.make("a", [1, 2])
            let reader = try storage.open("a", .read)
            reader.markReadOnly()
            let facts = try FileManager.default.attributesOfItem(atPath: storage.root + "/a")
            #expect((facts[.posixPermissions] as? Int).map { $0 & 0o222 } == 0)
            try file.write([3], at: 0)
            #expect(try storage.content("a") == [3, 2])
            try storage.link("a", to: "b")
            try storage.unlink("a")
        }
    }

    @Test("leaves the buffer empty after an error", arguments: StorageForm.allCases)
    func emptyAfterError(form: StorageForm) throws {
        try form.withStorage { storage in
            let file = try storage.make("a", [1])
            file.close()
            var buffer: [UInt8] = [1, 2, 3]
            #expect(code { try file.read(at: 0, byteCount: 1, into: &buffer) } == .badFile)
            #expect(buffer.isEmpty)
        }
    }
}
