import DurableFiles
import Testing

@Suite("StorageLock, in both forms") struct StorageLockTests {
    @Test(
        "is refused to a second holder, with the first one's name", arguments: StorageForm.allCases)
    func second(form: StorageForm) throws {
        try form.withStorage { storage in
            let lock = try storage.lock("LOCK", waiting: .zero)
            let error = #expect(throws: StorageError.self) {
                try storage.lock("LOCK", waiting: .milliseconds(1))
            }
            #expect(error?.code == .locked)
            #expect(error?.holder == lock.holder)
            #expect(error?.holder?.isAlive == true)
            #expect(error?.message.contains("held by process \(lock.holder.processID)") == true)
            lock.release()
        }
    }

    @Test(
        "is free after release, twice if need be, and the file stays",
        arguments: StorageForm.allCases)
    func release(form: StorageForm) throws {
        try form.withStorage { storage in
            let first = try storage.lock("LOCK", waiting: .zero)
            first.release()
            let second = try storage.lock("LOCK", waiting: .zero)
            first.release()
            #expect(code { _ = try storage.lock("LOCK", waiting: .zero) } == .locked)
            second.release()
            #expect(try storage.list("") == ["LOCK"])
        }
    }

    @Test("ends with its object", arguments: StorageForm.allCases)
    func deinitReleases(form: StorageForm) throws {
        try form.withStorage { storage in
            _ = try storage.lock("LOCK", waiting: .zero)
            try storage.lock("LOCK", waiting: .zero).release()
        }
    }

    @Test("shows its holder to who takes no lock", arguments: StorageForm.allCases)
    func holder(form: StorageForm) throws {
        try form.withStorage { storage in
            #expect(try storage.lockHolder("LOCK") == nil)
            let lock = try storage.lock("LOCK", waiting: .zero)
            let reader = try StorageForm.readOnly(storage)
            #expect(try reader.lockHolder("LOCK") == lock.holder)
            #expect(try reader.lockHolder("LOCK")?.isAlive == true)
            lock.release()
            #expect(try reader.lockHolder("LOCK") == nil)
        }
    }

    @Test("takes a file that holds something else", arguments: StorageForm.allCases)
    func foreignContent(form: StorageForm) throws {
        try form.withStorage { storage in
            try storage.make("LOCK", someBytes(100))
            #expect(try storage.lockHolder("LOCK") == nil)
            let lock = try storage.lock("LOCK", waiting: .zero)
            #expect(try storage.lockHolder("LOCK") == lock.holder)
        }
    }
}
