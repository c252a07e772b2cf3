import DurableFiles
import Glibc
import Synchronization
import Testing

@Suite("A fault of SimulatedStorage") struct SimulatedFaultTests {
    @Test("counts operations, and changes apart")
    func counts() throws {
        let storage = SimulatedStorage()
        let seen = Collected<SimulatedOperation>()
        storage.onOperation { operation, _ in
            seen.append(operation)
            return nil
        }
        let file = try storage.make("a", [1])
        _ = try file.read(at: 0, byteCount: 1)
        try file.sync()
        try storage.syncFolder("")
        #expect(seen.all.map(\.kind) == [.create, .write, .read, .sync, .syncFolder])
        #expect(seen.all.map(\.changeNumber) == [1, 2, nil, 3, 4])
        #expect(storage.operationCount == 5 && storage.changeCount == 4)
        #expect(storage.trace == seen.all)
        #expect(storage.trace[1].description == "2 write 'a' 0+1 (change 2)")
    }

    @Test("lets the chosen operation fail, once, without effect")
    func failOnce() throws {
        let storage = SimulatedStorage()
        let file = try storage.make("a", [1])
        storage.inject(.fail(errno: ENOSPC), atChange: 3)
        #expect(code { try file.write([2], at: 0) } == .diskFull)
        #expect(try storage.content("a") == [1])
        try file.write([3], at: 0)
        #expect(try storage.content("a") == [3])
        storage.inject(.fail(errno: EROFS), atEvery: [.create, .rename])
        #expect(code { try storage.make("b") } == .readOnlyFileSystem)
        #expect(code { try storage.rename("a", to: "b") } == .readOnlyFileSystem)
        storage.inject(.fail(errno: EMFILE), atOperation: storage.operationCount + 1)
        #expect(code { _ = try storage.open("a", .read) } == .tooManyOpenFiles)
        #expect(try storage.list("") == ["a"])
    }

    @Test("shows no interruption: it is tried again")
    func interrupted() throws {
        let storage = SimulatedStorage()
        let all = Set(SimulatedOperation.Kind.allCases)
        storage.inject(.fail(errno: EINTR), atEvery: all)
        let file = try storage.make("a", [1])
        try file.sync()
        try storage.syncFolder("")
        #expect(storage.crash(.nothing).files == ["a": [1]])
    }

    @Test("leaves the first bytes of a short write")
    func shortWrite() throws {
        let storage = SimulatedStorage()
        let file = try storage.make("a")
        storage.inject(.shortWrite(byteCount: 2, errno: EIO), atEvery: [.write])
        #expect(code { try file.write([1, 2, 3], at: 0) } == .io)
        #expect(try storage.content("a") == [1, 2])
    }

    @Test("loses, misdirects and damages writes in silence")
    func silent() throws {
        let storage = SimulatedStorage()
        let file = try storage.make("a", [0, 0, 0, 0])
        storage.inject(.loseWrite, atEvery: [.write])
        try file.write([7], at: 0)
        #expect(try storage.content("a") == [0, 0, 0, 0])
        storage.inject(.misdirectWrite(by: 2), atEvery: [.write])
        try file.write([7], at: 0)
        #expect(try storage.content("a") == [0, 0, 7, 0])
        storage.inject(.flipBit(9), atEvery: [.write])
        try file.write([0, 0], at: 0)
        #expect(try storage.content("a") == [0, 2, 7, 0])
        storage.inject(.flipBit(0), atEvery: [.read])
        #expect(try storage.content("a") == [1, 2, 7, 0])
    }

    @Test("damages what is there already, in cache and medium")
    func damage() throws {
        let storage = SimulatedStorage()
        try storage.make("a", [1, 2, 3]).sync()
        try storage.syncFolder("")
        let count = storage.operationCount
        #expect(storage.flipBit(7, ofByte: 1, of: "a"))
        #expect(!storage.flipBit(7, ofByte: 3, of: "a"))
        #expect(!storage.flipBit(7, ofByte: 0, of: "b"))
        #expect(storage.overwrite("a", at: 2, with: [9, 9]))
        #expect(storage.operationCount == count)
        #expect(storage.crash(.nothing).files == ["a": [1, 130, 9, 9]])
        #expect(storage.cut("a", to: 1))
        #expect(storage.files == ["a": [1]])
    }

    @Test("crashes in the middle of a change, which may survive")
    func crashAtChange() throws {
        let storage = SimulatedStorage()
        let file = try storage.make("a", [1])
        try storage.syncFolder("")
        storage.inject(.crash, atChange: 4)
        #expect(code { try file.write([2], at: 0) } == .crashed)
        #expect(storage.hasCrashed)
        #expect(code { _ = try storage.list("") } == .crashed)
        #expect(storage.crash(.nothing).files == ["a": []])
        #expect(storage.crash(.everything).files == ["a": [2]])
    }

    @Test("crashes before a sync, which is then not done")
    func crashAtSync() throws {
        let storage = SimulatedStorage()
        let file = try storage.make("a", [1])
        try storage.syncFolder("")
        storage.inject(.crash, atEvery: [.sync])
        #expect(code { try file.sync() } == .crashed)
        #expect(storage.crash(.nothing).files == ["a": []])
    }

    @Test("forgets what a failed sync did not bring to the medium", arguments: 0..<40)
    func failedSync(seed: UInt64) throws {
        let storage = SimulatedStorage(seed: seed)
        let file = try storage.make("a", [1, 1])
        try file.sync()
        try storage.syncFolder("")
        try file.write([2], at: 0)
        storage.inject(.fail(errno: EIO), atEvery: [.sync])
        #expect(code { try file.sync() } == .io)
        storage.onOperation(nil)
        try file.write([3], at: 1)
        try file.sync()
        // The second sync brings the second write only: the first one is there or lost for good.
        let after = storage.crash(.nothing).files["a"]
        #expect(after == [1, 3] || after == [2, 3])
        let seen = storage.files["a"]
        #expect(seen == after || seen == [2, 3])
    }

    @Test("really loses content and names in failed syncs, for some seeds")
    func failedSyncLoses() throws {
        var contents: Set<[UInt8]?> = []
        for seed in 0..<60 {
            let storage = SimulatedStorage(seed: UInt64(seed))
            let file = try storage.make("a", [1])
            storage.inject(.fail(errno: EIO), atEvery: [.sync, .syncFolder])
            #expect(code { try file.sync() } == .io)
            #expect(code { try storage.syncFolder("") } == .io)
            storage.onOperation(nil)
            try file.sync()
            try storage.syncFolder("")
            contents.insert(storage.crash(.everything).files["a"])
        }
        // No name; a name; a name and the length; all of it.
        #expect(contents == [nil, [], [0], [1]])
    }

    @Test("fills the disk, takes what fits, and recovers when files go")
    func capacity() throws {
        let storage = SimulatedStorage(capacity: 5 * 4_096)
        let first = try storage.make("a", someBytes(3 * 4_096))
        #expect(try storage.space().availableByteCount == 2 * 4_096)
        let second = try storage.make("b")
        #expect(code { try second.preallocate(byteCount: 3 * 4_096) } == .diskFull)
        #expect(try second.byteCount() == 0)
        #expect(code { try second.write(someBytes(20_000), at: 0) } == .diskFull)
        #expect(try second.byteCount() == 2 * 4_096)
        try first.write([1], at: 0)
        try storage.unlink("a")
        #expect(try storage.space().availableByteCount == 0)
        first.close()
        #expect(try storage.space().availableByteCount == 3 * 4_096)
        try second.write(someBytes(5 * 4_096), at: 0)
        storage.setCapacity(0)
        #expect(code { try storage.make("c", [1]) } == .diskFull)
    }

    @Test("ends a process without losing what it wrote or making it durable")
    func kill() throws {
        let storage = SimulatedStorage()
        let file = try storage.make("a", [1])
        let lock = try storage.lock("LOCK", waiting: .zero)
        let next = storage.kill()
        #expect(code { try file.write([2], at: 0) } == .crashed)
        #expect(try next.content("a") == [1])
        #expect(try next.lockHolder("LOCK")?.liveness == .gone)
        let held = try next.lock("LOCK", waiting: .zero)
        lock.release()
        #expect(code { _ = try next.lock("LOCK", waiting: .zero) } == .locked)
        held.release()
        #expect(next.crash(.nothing).files == [:])
    }

    @Test("keeps the processes of a machine apart")
    func processes() throws {
        let writer = SimulatedStorage()
        let reader = writer.view(readOnly: true, inNewProcess: true)
        let lock = try writer.lock("LOCK", waiting: .zero)
        #expect(try reader.lockHolder("LOCK") == lock.holder)
        let file = try writer.make("a", [1])
        _ = writer.kill()
        #expect(code { _ = try file.byteCount() } == .crashed)
        #expect(try reader.content("a") == [1])
        #expect(try reader.lockHolder("LOCK")?.isAlive == false)
    }

    @Test("counts what is open")
    func openFiles() throws {
        let storage = SimulatedStorage()
        do {
            let file = try storage.make("a")
            let again = try storage.open("a", .read)
            let lock = try storage.lock("LOCK", waiting: .zero)
            #expect(storage.openFileCount == 3)
            file.close()
            lock.release()
            #expect(storage.openFileCount == 1)
            withExtendedLifetime(again) {}
        }
        #expect(storage.openFileCount == 0)
    }
}

/// A list that hooks of several threads may append to.
final class Collected<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])

    var all: [Element] { elements.withLock { $0 } }

    func append(_ element: Element) { elements.withLock { $0.append(element) } }
}
