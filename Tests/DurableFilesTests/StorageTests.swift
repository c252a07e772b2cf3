import DurableFiles
import Testing

@Suite("Storage, in both forms") struct StorageTests {
    @Test("creates only what is not there and opens only what is", arguments: StorageForm.allCases)
    func access(form: StorageForm) throws {
        try form.withStorage { storage in
            #expect(code { _ = try storage.open("a", .read) } == .notFound)
            #expect(code { _ = try storage.open("a", .write) } == .notFound)
            try storage.make("a", [1])
            #expect(code { _ = try storage.open("a", .create) } == .exists)
            try storage.open("a", .write).write([2], at: 1)
            #expect(try storage.content("a") == [1, 2])
        }
    }

    @Test("lists files, sorted, without folders", arguments: StorageForm.allCases)
    func list(form: StorageForm) throws {
        try form.withStorage { storage in
            try storage.createFolder("f")
            try storage.createFolder("f/inner")
            for name in ["f/b", "f/c", "f/a", "f/inner/x", "z"] { try storage.make(name) }
            #expect(try storage.list("f") == ["a", "b", "c"])
            #expect(try storage.list("") == ["z"])
            #expect(code { _ = try storage.list("g") } == .notFound)
            #expect(code { _ = try storage.list("z") } == .notAFolder)
        }
    }

    @Test("makes a folder once and is content to find it", arguments: StorageForm.allCases)
    func createFolder(form: StorageForm) throws {
        try form.withStorage { storage in
            try storage.createFolder("f")
            try storage.createFolder("f")
            try storage.make("a")
            #expect(code { try storage.createFolder("a") } == .notAFolder)
            #expect(code { try storage.createFolder("x/y") } == .notFound)
            #expect(code { _ = try storage.open("x/y", .create) } == .notFound)
            #expect(code { _ = try storage.open("a/y", .create) } == .notAFolder)
            #expect(code { _ = try storage.open("f", .read) } == .isAFolder)
        }
    }

    @Test("says whether a name is there", arguments: StorageForm.allCases)
    func exists(form: StorageForm) throws {
        try form.withStorage { storage in
            try storage.createFolder("f")
            try storage.make("f/a")
            let found = try ["", "f", "f/a", "f/b", "g", "g/a", "f/a/b"].map {
                try storage.exists($0)
            }
            #expect(found == [true, true, true, false, false, false, false])
        }
    }

    @Test("replaces by rename in one step", arguments: StorageForm.allCases)
    func rename(form: StorageForm) throws {
        try form.withStorage { storage in
            try storage.createFolder("f")
            try storage.make("f/new", [2])
            try storage.make("a", [1])
            try storage.rename("f/new", to: "a")
            #expect(try storage.content("a") == [2])
            #expect(try storage.list("f") == [])
            #expect(code { try storage.rename("f/new", to: "a") } == .notFound)
            #expect(code { try storage.rename("a", to: "g/a") } == .notFound)
            #expect(code { try storage.rename("a", to: "f") } == .isAFolder)
        }
    }

    @Test(
        "leaves both names of one file in place when one is renamed to the other",
        arguments: StorageForm.allCases)
    func renameToItself(form: StorageForm) throws {
        try form.withStorage { storage in
            try storage.make("a", [1])
            try storage.link("a", to: "b")
            try storage.rename("a", to: "b")
            #expect(try storage.list("") == ["a", "b"])
        }
    }

    @Test("gives a file two names", arguments: StorageForm.allCases)
    func link(form: StorageForm) throws {
        try form.withStorage { storage in
            let file = try storage.make("a", [1])
            try storage.link("a", to: "b")
            try file.write([9], at: 0)
            try storage.unlink("a")
            #expect(try storage.content("b") == [9])
            #expect(code { try storage.link("a", to: "c") } == .notFound)
            try storage.make("a")
            #expect(code { try storage.link("a", to: "b") } == .exists)
        }
    }

    @Test("links into another storage, and says when it cannot", arguments: StorageForm.allCases)
    func linkAcross(form: StorageForm) throws {
        try form.withStorage { storage in
            let other = try StorageForm.sibling(of: storage)
            try storage.make("a", [1, 2])
            try StorageForm.readOnly(storage).link("a", to: "copy", in: other)
            #expect(try other.content("copy") == [1, 2])
            let foreign = SimulatedStorage()
            #expect(code { try storage.link("a", to: "copy", in: foreign) } == .crossDevice)
            let refusing = try StorageForm.readOnly(other)
            #expect(code { try storage.link("a", to: "b", in: refusing) } == .readOnlyFileSystem)
        }
    }

    @Test("takes names away, but no folders", arguments: StorageForm.allCases)
    func unlink(form: StorageForm) throws {
        try form.withStorage { storage in
            try storage.make("a")
            try storage.unlink("a")
            #expect(try !storage.exists("a"))
            #expect(code { try storage.unlink("a") } == .notFound)
            try storage.createFolder("f")
            #expect(code { try storage.unlink("f") } == .isAFolder)
        }
    }

    @Test("syncs folders, the root and its parent", arguments: StorageForm.allCases)
    func sync(form: StorageForm) throws {
        try form.withStorage { storage in
            try storage.createFolder("f")
            for folder in ["", "f"] { try storage.syncFolder(folder) }
            try storage.syncParentOfRoot()
            #expect(code { try storage.syncFolder("g") } == .notFound)
            try storage.make("a")
            #expect(code { try storage.syncFolder("a") } == .notAFolder)
            #expect(try storage.space().availableByteCount > 0)
        }
    }

    @Test("for reading only refuses all else before it happens", arguments: StorageForm.allCases)
    func readOnly(form: StorageForm) throws {
        try form.withStorage { storage in
            try storage.make("a", [1])
            let reader = try StorageForm.readOnly(storage)
            let refused: [() throws -> Void] = [
                { _ = try reader.open("b", .create) }, { _ = try reader.open("a", .write) },
                { try reader.createFolder("f") }, { try reader.rename("a", to: "b") },
                { try reader.unlink("a") }, { try reader.link("a", to: "b") },
                { try reader.syncFolder("") }, { try reader.syncParentOfRoot() },
                { _ = try reader.lock("LOCK", waiting: .zero) },
            ]
            for call in refused { #expect(code(call) == .readOnlyFileSystem) }
            #expect(try reader.content("a") == [1])
            #expect(try reader.lockHolder("LOCK") == nil)
            #expect(try reader.list("") == ["a"])
        }
    }

    @Test("says in its errors what failed, where and why", arguments: StorageForm.allCases)
    func message(form: StorageForm) throws {
        try form.withStorage { storage in
            let error = #expect(throws: StorageError.self) { try storage.open("f/a", .read) }
            #expect(error?.operation == "open")
            #expect(error?.path == "f/a")
            #expect(error?.errno == 2)
            let text = "cannot open '\(storage.root)/f/a': No such file or directory (errno 2)"
            #expect(error?.message == text)
        }
    }
}
