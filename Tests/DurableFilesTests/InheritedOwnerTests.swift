import Glibc
import Testing

@testable import DurableFiles

/// Root imported into the store of a service and left a manifest that the service could not open.
@Suite("Owner of files made by root", .enabled(if: geteuid() == 0, "needs root"))
struct InheritedOwnerTests {
    private static let user: uid_t = 65_534
    private static let group: gid_t = 65_533

    private struct Owner: Equatable {
        var user: uid_t
        var group: gid_t
        var mode: mode_t

        init(_ user: uid_t, _ group: gid_t, _ mode: mode_t) {
            self.user = user
            self.group = group
            self.mode = mode
        }

        init(of path: String) throws {
            var status = stat()
            try #require(stat(path, &status) == 0, "\(path)")
            self.init(status.st_uid, status.st_gid, status.st_mode & 0o7777)
        }
    }

    // The usual umask of 022 takes the group's right to write away, so 0660 shows that it is not used.
    @Test(
        "is that of the storage's root folder, with its permissions",
        arguments: [
            (0o770, 0o660, 0o770), (0o700, 0o600, 0o700), (0o755, 0o644, 0o755),
            (0o2775, 0o664, 0o2775), (0o1777, 0o666, 0o777),
        ] as [(mode_t, mode_t, mode_t)])
    func everyKind(root: mode_t, file: mode_t, folder: mode_t) throws {
        try withPosixStorage { plain in
            try #require(chown(plain.root, Self.user, Self.group) == 0)
            try #require(chmod(plain.root, root) == 0)
            let storage = try PosixStorage(root: plain.root)
            try storage.createFolder("seg")
            try storage.createFolder("seg")
            try storage.make("a", [1])
            try storage.make("seg/b", [2])
            try storage.rename("a", to: "seg/a")
            try storage.lock("LOCK", waiting: .zero).release()
            for name in ["seg/a", "seg/b", "LOCK"] {
                let found = try Owner(of: storage.root + "/" + name)
                #expect(found == Owner(Self.user, Self.group, file), "\(name)")
            }
            let found = try Owner(of: storage.root + "/seg")
            #expect(found == Owner(Self.user, Self.group, folder))
        }
    }

    @Test("is mended for a lock that root made earlier, and for no other file")
    func earlier() throws {
        try withPosixStorage { storage in
            try storage.lock("LOCK", waiting: .zero).release()
            try storage.make("a", [1])
            try #require(chown(storage.root, Self.user, Self.group) == 0)
            let now = try PosixStorage(root: storage.root)
            try now.lock("LOCK", waiting: .zero).release()
            _ = try now.open("a", .write)
            #expect(try Owner(of: storage.root + "/LOCK").user == Self.user)
            #expect(try Owner(of: storage.root + "/a").user == 0)
        }
    }

    @Test("is root in a folder of root")
    func own() throws {
        try withPosixStorage { storage in
            try storage.make("a", [1])
            #expect(storage.owner == nil)
            #expect(try Owner(of: storage.root + "/a").user == 0)
        }
    }
}
