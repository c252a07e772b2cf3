public import TimeSeriesModel

/// The published list of files, and the numbers that must outlive them (`docs/format/manifest.md`).
///
/// A value: an edit is made on a copy, and ``ManifestStore/publish(_:to:)`` makes it the one in
/// force.
public struct Manifest: Hashable, Sendable {
    public static let supportedFormat = 1

    /// The format number that the manifest was read with; it is written with ``supportedFormat``.
    public internal(set) var format = supportedFormat
    /// Random, given when the store is created; every file repeats it.
    public var storeID: UInt64
    /// +1 with each publish.
    public var generation: UInt64
    public var nextFileID: FileID
    public var nextSeriesID: SeriesID
    public var nextLSN: LSN
    /// Every LSN up to it is in segments and records.
    public var flushedLSN: LSN
    /// Log files with a smaller number hold nothing above ``flushedLSN``: what is found under such a
    /// name is not needed, whatever its bytes are.
    public var firstLogID: FileID = 0
    /// Milliseconds below which retention hides everything.
    public var floor: Int64?
    /// Visible samples per year as of ``flushedLSN``.
    public var sampleCounts: [Int: Int]
    /// The names that this publish dropped: free to be unlinked once it is in force.
    public var dropped: [String]
    public var files: [ManifestFile]
    /// Keys of a later version, kept when rewritten.
    public var unknown: [JSONMember] = []

    public init(
        storeID: UInt64, generation: UInt64 = 1, nextFileID: FileID = 1,
        nextSeriesID: SeriesID = SeriesID(rawValue: 1), nextLSN: LSN = 1, flushedLSN: LSN = 0,
        floor: Int64? = nil, sampleCounts: [Int: Int] = [:], dropped: [String] = [],
        files: [ManifestFile] = []
    ) {
        self.storeID = storeID
        self.generation = generation
        self.nextFileID = nextFileID
        self.nextSeriesID = nextSeriesID
        self.nextLSN = nextLSN
        self.flushedLSN = flushedLSN
        self.floor = floor
        self.sampleCounts = sampleCounts
        self.dropped = dropped
        self.files = files
    }

    static let keys: Set<String> = [
        "format", "store_id", "generation", "next_file_id", "next_series_id", "next_lsn",
        "flushed_lsn", "first_log_id", "floor", "sample_counts", "dropped", "files",
    ]
}

extension Manifest {
    /// The first rule that the manifest breaks, in words; nil where it keeps them all.
    ///
    /// Holds before every write and after every read.
    var brokenInvariant: String? {
        let exact = UInt64(JSONValue.integerMax)
        if generation > exact || nextLSN > exact { return "generation or LSN above 2^53 - 1" }
        if nextFileID > StoreFile.idMax { return "no file id is left" }
        if flushedLSN >= nextLSN { return "flushed LSN not below the next LSN" }
        if firstLogID > nextFileID { return "first log id above the next file id" }
        if let floor, floor.magnitude > exact { return "floor above 2^53 - 1" }
        if !sampleCounts.allSatisfy({ $0.value >= 0 && $0.value <= exact }) {
            return "a sample count below 0 or above 2^53 - 1"
        }
        if !Manifest.isExact(sum: sampleCounts.values) { return "sample counts above 2^53 - 1" }
        if !unknown.allSatisfy({ !Manifest.keys.contains($0.key) }) {
            return "an unknown key has a known name"
        }
        return brokenRow ?? brokenDrop
    }

    private var brokenRow: String? {
        let exact = JSONValue.integerMax.magnitude
        var ids: Set<FileID> = []
        for file in files {
            if let broken = file.brokenInvariant { return broken }
            if !ids.insert(file.id).inserted { return "\(file.name): file id \(file.id) twice" }
            if file.id >= nextFileID { return "\(file.name): id not below the next file id" }
            if file.lastLSN >= nextLSN { return "\(file.name): LSN not below the next LSN" }
            for number in [file.firstTime ?? 0, file.lastTime ?? 0, Int64(file.byteCount)]
            where number.magnitude > exact { return "\(file.name): a number above 2^53 - 1" }
            if file.sampleCount > exact { return "\(file.name): a number above 2^53 - 1" }
        }
        // Readers add them up.
        if !Manifest.isExact(sum: files.lazy.map(\.sampleCount))
            || !Manifest.isExact(sum: files.lazy.map(\.byteCount))
        {
            return "samples or bytes of all files above 2^53 - 1"
        }
        return nil
    }

    /// Whether numbers from 0 to 2^53 − 1 have a sum in that range.
    private static func isExact(sum numbers: some Sequence<Int>) -> Bool {
        var left = Int(JSONValue.integerMax)
        for number in numbers {
            guard number <= left else { return false }
            left -= number
        }
        return true
    }

    private var brokenDrop: String? {
        let named = Set(files.map(\.name))
        for name in dropped {
            if StoreFile(path: name) == nil { return "dropped \"\(name)\" is no name of ours" }
            if named.contains(name) { return "\(name): both named and dropped" }
        }
        return nil
    }
}

extension Manifest {
    /// Refuses to take numbers if a process could come to the end of those that the format has.
    ///
    /// Half of each kind is left: no process lives long enough to use that up, so nothing that
    /// takes a number needs to look again. Only a file that no writer of ours made gets here.
    func refuseExhausted(lastLSN: LSN) throws(StoreError) {
        let numbers = [
            ("file id", nextFileID, StoreFile.idMax), ("generation", generation, LogReader.lsnMax),
            ("LSN", lastLSN, LogReader.lsnMax),
        ]
        for (name, number, end) in numbers where number > end / 2 {
            throw StoreError(
                .limitExceeded, "\(name) \(number) found, at most \(end / 2) expected to write",
                file: StoreLayout.manifest)
        }
    }
}
