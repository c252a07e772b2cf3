import DurableFiles
import Testing

@Suite("A crash of SimulatedStorage") struct SimulatedCrashTests {
    @Test("never takes what was synced", arguments: 0..<300)
    func syncedStays(seed: UInt64) throws {
        let storage = SimulatedStorage(seed: seed)
        let file = try storage.make("a", someBytes(3_000))
        try file.sync()
        try storage.syncFolder("")
        try file.write([UInt8](repeating: 0, count: 700), at: 2_500)
        let after = try storage.crash(seed: seed).content("a")
        #expect(after[..<2_500] == someBytes(3_000)[..<2_500])
        #expect((3_000...3_200).contains(after.count))
    }

    @Test("takes all or nothing of the rest when told so")
    func extremes() throws {
        let storage = SimulatedStorage()
        let file = try storage.make("a", [1])
        try file.sync()
        try storage.syncFolder("")
        try file.write([2, 3], at: 0)
        try storage.make("b", [4])
        #expect(storage.crash(.nothing).files == ["a": [1]])
        #expect(storage.crash(.everything).files == ["a": [2, 3], "b": [4]])
    }

    @Test("leaves any choice of sectors, whole and torn")
    func sectors() throws {
        let storage = SimulatedStorage()
        let old = [UInt8](repeating: 1, count: 1_536)
        let file = try storage.make("a", old)
        try file.sync()
        try storage.syncFolder("")
        try file.write([UInt8](repeating: 2, count: 1_536), at: 0)
        var patterns: Set<[Set<UInt8>]> = []
        for seed in 0..<1_000 {
            let bytes = try storage.crash(seed: UInt64(seed)).content("a")
            #expect(bytes.count == 1_536)
            patterns.insert(stride(from: 0, to: 1_536, by: 512).map { Set(bytes[$0..<$0 + 512]) })
        }
        for choice in 0..<8 {
            let whole = (0..<3).map { Set([UInt8(choice >> $0 & 1 + 1)]) }
            #expect(patterns.contains(whole), "sectors \(choice)")
        }
        #expect(patterns.contains { $0.contains([1, 2]) })
    }

    @Test("leaves a sector as it was after any of its writes, and lengths as they were")
    func versions() throws {
        let storage = SimulatedStorage()
        let file = try storage.make("a")
        try storage.syncFolder("")
        for value in 1...3 { try file.write([UInt8(value)], at: 0) }
        try file.write([9], at: 600)
        try file.truncate(to: 300)
        var firsts: Set<UInt8> = []
        var lengths: Set<Int> = []
        for seed in 0..<500 {
            let bytes = try storage.crash(seed: UInt64(seed)).content("a")
            lengths.insert(bytes.count)
            firsts.insert(bytes.first ?? 0)
        }
        #expect(firsts == [0, 1, 2, 3])
        #expect(lengths == [0, 1, 300, 601])
    }

    @Test("may take a name until its folder is synced, content or not")
    func names() throws {
        let storage = SimulatedStorage()
        try storage.make("a", [1]).sync()
        #expect(outcomes(of: storage) == [[:], ["a": [1]]])
        try storage.syncFolder("")
        try storage.unlink("a")
        #expect(outcomes(of: storage) == [[:], ["a": [1]]])
        try storage.syncFolder("")
        #expect(outcomes(of: storage) == [[:]])
    }

    @Test("leaves the old file or the new one behind a name that was replaced")
    func rename() throws {
        let storage = SimulatedStorage()
        try storage.make("a", [1]).sync()
        try storage.make("new", [2]).sync()
        try storage.syncFolder("")
        try storage.rename("new", to: "a")
        let seen = outcomes(of: storage)
        #expect(Set(seen.map { $0["a"] }) == [[1], [2]])
        // Both changes are in the folder, but nothing keeps them together.
        #expect(seen.count == 4)
        try storage.syncFolder("")
        #expect(outcomes(of: storage) == [["a": [2]]])
    }

    @Test("takes what lies in a folder whose own name was not durable")
    func folder() throws {
        let storage = SimulatedStorage()
        try storage.createFolder("f")
        try storage.make("f/a", [1]).sync()
        try storage.syncFolder("f")
        #expect(storage.disk.afterCrash(.nothing).files() == [:])
        try storage.syncFolder("")
        #expect(storage.disk.afterCrash(.nothing).files() == ["f/a": [1]])
    }

    @Test("takes a new root until its parent is synced")
    func root() throws {
        let storage = SimulatedStorage(rootIsDurable: false)
        try storage.make("a", [1]).sync()
        try storage.syncFolder("")
        #expect(storage.disk.afterCrash(.nothing).files() == [:])
        try storage.syncParentOfRoot()
        #expect(storage.disk.afterCrash(.nothing).files() == ["a": [1]])
    }

    @Test("stops everything with an error of its own, and frees locks")
    func stops() throws {
        let storage = SimulatedStorage()
        let file = try storage.make("a", [1])
        let lock = try storage.lock("LOCK", waiting: .zero)
        let after = storage.crash(.everything)
        let calls: [() throws -> Void] = [
            { _ = try file.read(at: 0, byteCount: 1) }, { try file.write([1], at: 0) },
            { try file.sync() }, { _ = try storage.open("a", .read) }, { _ = try storage.list("") },
            { _ = try storage.exists("a") }, { try storage.syncFolder("") },
            { _ = try storage.lock("LOCK", waiting: .zero) },
        ]
        for call in calls { #expect(code(call) == .crashed) }
        lock.release()
        #expect(try after.lockHolder("LOCK")?.liveness == .gone)
        try after.lock("LOCK", waiting: .zero).release()
    }

    @Test("is the same for the same seed, and settles what it left", arguments: 0..<50)
    func deterministic(seed: UInt64) throws {
        let storage = try busyStorage(seed: seed)
        let first = storage.crash(seed: seed)
        #expect(first.fingerprint == storage.crash(seed: seed).fingerprint)
        #expect(first.files == storage.crash(seed: seed).files)
        #expect(first.crash(seed: 77).fingerprint == first.fingerprint)
        #expect(!first.disk.hasUnsyncedChanges)
        first.disk.checkInvariants()
        storage.disk.checkInvariants()
    }

    @Test("finds a store that replaces files safely in one state or the other")
    func safeReplace() throws {
        let seen = try crashEverywhere { storage in
            let file = try storage.make("tmp", [2, 2, 2])
            try file.sync()
            try storage.rename("tmp", to: "a")
            try storage.syncFolder("")
        }
        #expect(seen == [[1, 1, 1], [2, 2, 2]])
    }

    @Test("finds the fault of a store that renames before it syncs")
    func unsafeReplace() throws {
        let seen = try crashEverywhere { storage in
            let file = try storage.make("tmp", [2, 2, 2])
            try storage.rename("tmp", to: "a")
            try file.sync()
            try storage.syncFolder("")
        }
        #expect(seen.isSuperset(of: [[1, 1, 1], [2, 2, 2], []]))
    }

    /// All contents of a file after a crash at every step of a run that replaces it.
    private func crashEverywhere(
        _ run: (SimulatedStorage) throws -> Void
    ) throws -> Set<[UInt8]> {
        let storage = SimulatedStorage()
        try storage.make("a", [1, 1, 1]).sync()
        try storage.syncFolder("")
        let disks = Collected<SimulatedDisk>()
        storage.onOperation { _, disk in
            disks.append(disk)
            return nil
        }
        try run(storage)
        disks.append(storage.disk)
        var seen: Set<[UInt8]> = []
        for disk in disks.all {
            for seed in 0..<60 {
                seen.insert(disk.afterCrash(.random(UInt64(seed))).files()["a"] ?? [])
            }
        }
        return seen
    }

    private func outcomes(of storage: SimulatedStorage) -> Set<[String: [UInt8]]> {
        Set((0..<100).map { storage.disk.afterCrash(.random($0)).files() })
    }

    /// A storage in the middle of many different changes.
    private func busyStorage(seed: UInt64) throws -> SimulatedStorage {
        let storage = SimulatedStorage(seed: seed)
        try storage.createFolder("f")
        for number in 0..<20 {
            let name = number % 2 == 0 ? "a\(number)" : "f/a\(number)"
            let file = try storage.make(name, someBytes(1_000 * (number % 4)))
            if number % 3 == 0 { try file.sync() }
            if number % 5 == 0 { try storage.syncFolder(number % 2 == 0 ? "" : "f") }
            if number % 7 == 0 { try storage.rename(name, to: "r\(number)") }
            if number % 4 == 3 { try file.truncate(to: 1_500) }
        }
        return storage
    }
}
