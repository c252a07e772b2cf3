import DurableFiles
import Foundation

/// The two forms of storage, so that one suite runs over both.
enum StorageForm: CaseIterable, Sendable {
    case posix, simulated

    /// Lends a fresh, empty storage; a folder of the system is removed afterwards.
    func withStorage<R>(_ body: (any Storage) throws -> R) throws -> R {
        switch self {
        case .posix: try withPosixStorage(body)
        case .simulated: try body(SimulatedStorage(seed: 1))
        }
    }

    /// The same storage, refusing all that writes.
    static func readOnly(_ storage: any Storage) throws -> any Storage {
        if let simulated = storage as? SimulatedStorage { return simulated.view(readOnly: true) }
        return try PosixStorage(root: storage.root, readOnly: true)
    }

    /// A second root that files can be linked into.
    static func sibling(of storage: any Storage) throws -> any Storage {
        if let simulated = storage as? SimulatedStorage { return simulated.view(root: "backup") }
        return try PosixStorage.create(root: storage.root + "/backup")
    }
}

/// Lends a fresh folder of the system and removes it afterwards.
func withPosixStorage<R>(_ body: (PosixStorage) throws -> R) throws -> R {
    let root = FileManager.default.temporaryDirectory.path + "/almanac-\(UUID().uuidString)"
    let storage = try PosixStorage.create(root: root)
    defer { try? FileManager.default.removeItem(atPath: root) }
    return try body(storage)
}

extension Storage {
    /// Makes a file with a content.
    @discardableResult
    func make(_ path: String, _ bytes: [UInt8] = []) throws -> any StorageFile {
        let file = try open(path, .create)
        try file.write(bytes, at: 0)
        return file
    }

    /// The whole content of a file.
    func content(_ path: String) throws -> [UInt8] {
        let file = try open(path, .read)
        return try file.read(at: 0, byteCount: try file.byteCount())
    }
}

/// The code of the storage error that a call throws; nil if it throws none.
func code(_ body: () throws -> Void) -> StorageError.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? StorageError)?.code
    }
}

/// Some bytes that differ from each other and from other seeds'.
func someBytes(_ count: Int, seed: Int = 1) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 31 &+ seed &* 7) ^ ($0 >> 8)) | 1 }
}
