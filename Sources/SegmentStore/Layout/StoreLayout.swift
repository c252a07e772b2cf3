/// The names of everything in a store's folder, spelled here and nowhere else.
///
/// ```
/// LOCK
/// MANIFEST  MANIFEST.2
/// log/0000001c.log
/// seg/2025-0000001a.seg
/// rec/catalog-00000003.rec
/// rec/journal-2025-00000005.rec
/// quarantine/
/// tmp/MANIFEST, tmp/MANIFEST.2, tmp/probe, tmp/run-89abcdef01234567-1.seg
/// ```
public enum StoreLayout {
    public static let lock = "LOCK"
    public static let manifest = "MANIFEST"
    public static let manifestSpare = "MANIFEST.2"

    public static let root = ""
    public static let logFolder = "log"
    public static let segmentFolder = "seg"
    public static let recordFolder = "rec"
    public static let quarantineFolder = "quarantine"
    public static let temporaryFolder = "tmp"

    /// The folders that a new store is made of.
    public static let folders = [
        logFolder, segmentFolder, recordFolder, quarantineFolder, temporaryFolder,
    ]

    /// The folders whose files hold data.
    public static let dataFolders = [logFolder, segmentFolder, recordFolder]

    /// Both copies of the manifest, the one that is written first in front.
    public static let manifests = [manifest, manifestSpare]

    /// Stands in a backup while it is made: as long as it is there, something is still missing.
    public static let unfinishedBackup = "quarantine/unfinished-backup"

    /// A block that is written and synced now and then, to know that it can be.
    public static let probe = "tmp/probe"

    /// Where a copy of the manifest is written before it gets its name.
    public static func temporaryManifest(_ copy: String) -> String { "\(temporaryFolder)/\(copy)" }

    /// Where a file is written before it gets its name.
    public static func temporary(_ file: StoreFile) -> String {
        "\(temporaryFolder)/\(file.name)"
    }

    /// A sorted run of an import.
    ///
    /// - Parameters:
    ///   - token: random per import, so that no two of any process have runs of the same name.
    ///   - number: counts the runs of the import.
    static func importRun(token: UInt64, number: UInt64) -> String {
        "\(temporaryFolder)/run-\(token.hexText)-\(number).seg"
    }

    /// Where a file is put that nobody names but nobody may delete.
    public static func quarantined(_ name: String) -> String { "\(quarantineFolder)/\(name)" }
}
