import ArgumentParser
import SegmentStore

/// What both forms of a copy share.
struct CopyOptions: ParsableArguments {
    @Argument(help: "The folder to make; it must not exist or be empty.")
    var dest: String

    @Flag(help: "Read the copy back and check every byte of it.")
    var verify = false

    @OptionGroup var store: StoreOption
    @OptionGroup var options: FormOptions
    @OptionGroup var zone: ZoneOption
    @OptionGroup var unused: NoSpanOptions

    func copy(linksSegments: Bool) throws(ToolFailure) {
        let copy = StoreCopy(store: store.path, dest: dest, options: options)
        try copy.make(linksSegments: linksSegments)
        if verify { try copy.verify() }
        try copy.write(
            schema: "almanac.backup/1", place: "dest", isVerified: verify, try zone.zone())
    }
}

/// Copies a store.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copies a store, also while it is written.",
        discussion: """
            Takes one committed state, whatever the writer does meanwhile; the copy is a store that \
            every command reads, with a hash of each file for `restore` to check. It holds all that \
            was acknowledged: samples, points, trend logs, profiles and journal. The copy shares no \
            file with the store; a file system that can clone files copies them at once. `almanac \
            snapshot` makes hard links instead. A damaged store is refused (exit 1), because a copy \
            of damage is no backup.

            JSON: {"schema":"almanac.backup/1","dest","samples","bytes","last_time","verified"}

            Example:
              almanac backup /mnt/backup/2025-03-01 --verify --store ./s
            """)

    @OptionGroup var copy: CopyOptions

    func run() throws { try copy.copy(linksSegments: false) }
}

/// Copies a store by hard links.
struct SnapshotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "Copies a store by hard links: at once, and at nearly no cost.",
        discussion: """
            As `almanac backup`, but segments are the same files under a second name where the file \
            system allows that. It keeps what is removed or changed in the store later; it does not \
            help against a disk that fails, or a byte that changes in a file that both share. The \
            linked files become read-only; never write into the folder, as that writes into the store.

            Example:
              almanac snapshot ./before-the-import --store ./s
            """)

    @OptionGroup var copy: CopyOptions

    func run() throws { try copy.copy(linksSegments: true) }
}
