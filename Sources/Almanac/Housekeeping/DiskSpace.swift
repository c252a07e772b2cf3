import FoundationEssentials

/// The space of the disk that a folder lies on.
public struct DiskSpace: Hashable, Sendable {
    public let totalByteCount: Int
    /// What a program without special rights may still take.
    public let availableByteCount: Int

    public init(totalByteCount: Int, availableByteCount: Int) {
        self.totalByteCount = totalByteCount
        self.availableByteCount = availableByteCount
    }

    /// Asks the file system.
    ///
    /// - Throws: `io` where it does not tell.
    public static func ofDisk(holding folder: String) throws(HistoryError) -> DiskSpace {
        do {
            let found = try FileManager.default.attributesOfFileSystem(forPath: folder)
            guard let total = number(found[.systemSize]),
                let available = number(found[.systemFreeSize])
            else { throw HistoryError(.io, "the file system of \(folder) tells no size") }
            return DiskSpace(totalByteCount: total, availableByteCount: available)
        } catch let error as HistoryError {
            throw error
        } catch {
            throw HistoryError(
                .io, "the file system of \(folder) tells no size", underlying: error)
        }
    }

    // A whole number, or an NSNumber in a process that has loaded all of Foundation; both are
    // printed alike, and the latter has no name here.
    private static func number(_ attribute: Any?) -> Int? {
        attribute.flatMap { UInt64("\($0)") }.map { Int(clamping: $0) }
    }

    /// 0…1; `nil` for a disk without a size.
    public var usedFraction: Double? {
        guard totalByteCount > 0 else { return nil }
        return min(1, max(0, 1 - Double(availableByteCount) / Double(totalByteCount)))
    }
}
