import FoundationEssentials
import SegmentStore

/// The folder with the daily backups, each in a folder of its own that is named by its time.
///
/// Of one store alone: backups are told apart by their times, and those of another would be removed as
/// old ones. The file `.almanac-store-id` says whose they are.
struct BackupFolder {
    let path: String

    private static let prefix = "almanac-"
    private static let ownerFile = ".almanac-store-id"

    /// Where a backup of a moment goes: `almanac-20260301T020000Z`.
    func path(of time: Timestamp) -> String {
        let digits = time.description.prefix { $0 != "." }.filter { $0 != "-" && $0 != ":" }
        return path + "/" + BackupFolder.prefix + digits + "Z"
    }

    /// Makes the folder where it is not there, and has it belong to a store.
    ///
    /// - Throws: `invalidParameter` where it is another's; `io`.
    func create(for store: UInt64) throws(HistoryError) {
        try create()
        let own = String(store, radix: 16)
        let file = path + "/" + BackupFolder.ownerFile
        do {
            try Data(own.utf8).write(
                to: URL(fileURLWithPath: file), options: .withoutOverwriting)
        } catch {
            let known = FileManager.default.contents(atPath: file)
            guard let known else {
                throw HistoryError(
                    .io, "\(file) cannot be written: \(error)", parameter: "backup_directory",
                    underlying: error)
            }
            let owner = String(decoding: known, as: UTF8.self)
            guard owner == own else {
                throw HistoryError(
                    .invalidParameter,
                    "\(path) has the backups of store \(owner), a folder for those of store \(own) "
                        + "was expected; where that store is no more, remove \(file)",
                    parameter: "backup_directory")
            }
        }
    }

    private func create() throws(HistoryError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            throw HistoryError(
                .io, "the backup folder \(path) cannot be made: \(error)",
                parameter: "backup_directory", underlying: error)
        }
    }

    /// Removes backups that were never finished: they take room that the next one needs. Whatever is
    /// not named like one of ours stays.
    ///
    /// - Returns: the paths that were removed.
    func removeUnfinished() throws(HistoryError) -> [String] {
        try remove { names in names.filter { !isFinished($0) } }
    }

    /// Removes all but the newest finished backups. The one just made is the newest, whatever others
    /// are called: those with a later time are of a clock that was ahead, and the first to go.
    ///
    /// - Parameter made: the path of the one just made.
    /// - Returns: the paths that were removed.
    func rotate(keeping count: Int, justMade made: String) throws(HistoryError) -> [String] {
        let name = String(made.dropFirst(path.count + 1))
        return try remove { names in
            let finished = names.filter(isFinished).sorted(by: >)
            let newestFirst = finished.filter { $0 <= name } + finished.filter { $0 > name }
            return Array(newestFirst.dropFirst(max(1, count)))
        }
    }

    /// - Parameter choose: of the names of ours.
    /// - Returns: the paths that were removed.
    private func remove(_ choose: ([String]) -> [String]) throws(HistoryError) -> [String] {
        do {
            let names = try FileManager.default.contentsOfDirectory(atPath: path)
                .filter(BackupFolder.isOurs)
            return try choose(names).map { name in
                try FileManager.default.removeItem(atPath: path + "/" + name)
                return path + "/" + name
            }
        } catch {
            throw HistoryError(
                .io, "old backups in \(path) cannot be removed: \(error)", underlying: error)
        }
    }

    private func isFinished(_ name: String) -> Bool {
        let backup = path + "/" + name + "/"
        let files = FileManager.default
        return files.fileExists(atPath: backup + StoreLayout.manifest)
            && !files.fileExists(atPath: backup + StoreLayout.unfinishedBackup)
    }

    /// `almanac-` and a time of sixteen characters.
    private static func isOurs(_ name: String) -> Bool {
        guard name.hasPrefix(prefix) else { return false }
        let time = Array(name.utf8.dropFirst(prefix.utf8.count))
        return time.count == 16
            && time.indices.allSatisfy { place in
                switch place {
                case 8: time[place] == UInt8(ascii: "T")
                case 15: time[place] == UInt8(ascii: "Z")
                default: (0x30...0x39).contains(time[place])
                }
            }
    }
}
