import ArgumentParser
import SegmentStore

/// Which store a command works on.
struct StoreOption: ParsableArguments {
    @Option(
        name: .customLong("store"),
        help: ArgumentHelp(
            "The store's folder (default: $ALMANAC_DATA_DIRECTORY, else ./almanac-data).",
            valueName: "dir"))
    var givenPath: String?

    /// The folder as the person wrote it.
    var path: String {
        givenPath ?? Environment["ALMANAC_DATA_DIRECTORY"] ?? "./almanac-data"
    }

    /// Opens the store for reading: no lock, nothing written.
    func openSnapshot() throws(ToolFailure) -> Snapshot {
        try withStoreErrors(of: path) { () throws(StoreError) in try Snapshot.open(at: path) }
    }

    /// Opens a store for writing, and creates it if there is none.
    static func openStore(
        at path: String, keeping reserve: ReserveOption
    ) throws(ToolFailure) -> Store {
        try withStoreErrors(of: path) { () throws(StoreError) in
            try Store.open(at: path, options: reserve.storeOptions)
        }
    }

    mutating func validate() throws {
        guard path.isEmpty else { return }
        throw ValidationError("The store's folder has an empty name.")
    }
}
