import ColumnCodec
import TimeSeriesModel

extension Manifest {
    /// The text of both copies: JSON with one file a line, then `h64=` over all lines before.
    public func encode() -> [UInt8] {
        let broken = brokenInvariant
        precondition(broken == nil, "a manifest is whole before it is written: \(broken ?? "")")
        var bytes: [UInt8] = []
        for (index, member) in heading.enumerated() {
            bytes.append(contentsOf: (index == 0 ? "{" : ",\n").utf8)
            member.append(to: &bytes)
        }
        bytes.append(contentsOf: ",\n\"files\": [".utf8)
        for (index, file) in files.enumerated() {
            bytes.append(contentsOf: (index == 0 ? "\n" : ",\n").utf8)
            file.json.append(to: &bytes)
        }
        bytes.append(contentsOf: "\n]}\n".utf8)
        return ManifestSeal.seal(bytes)
    }

    /// Everything but the files, each on a line of its own.
    private var heading: [JSONMember] {
        var members = [
            JSONMember("format", .integer(Int64(Manifest.supportedFormat))),
            JSONMember("store_id", .string(storeID.hexText)),
            JSONMember("generation", .integer(Int64(generation))),
            JSONMember("next_file_id", .integer(Int64(nextFileID))),
            JSONMember("next_series_id", .integer(Int64(nextSeriesID.rawValue))),
            JSONMember("next_lsn", .integer(Int64(nextLSN))),
            JSONMember("flushed_lsn", .integer(Int64(flushedLSN))),
        ]
        if firstLogID > 0 {
            members.append(JSONMember("first_log_id", .integer(Int64(firstLogID))))
        }
        if let floor { members.append(JSONMember("floor", .integer(floor))) }
        let counts = sampleCounts.sorted { $0.key < $1.key }
            .map { JSONMember(String($0.key), .integer(Int64($0.value))) }
        members.append(JSONMember("sample_counts", .object(counts)))
        members.append(JSONMember("dropped", .array(dropped.map { .string($0) })))
        return members + unknown
    }
}

extension Manifest {
    /// Reads and validates one copy.
    ///
    /// - Throws: ``StoreError`` with code `damaged` where the text is cut, changed or breaks a rule
    ///   of the format, `foreign` where it was never ours, `unsupported` for a later format; each
    ///   says what was found and what was expected.
    public init(decoding bytes: [UInt8], file: String) throws(StoreError) {
        do throws(ManifestFault) {
            try self.init(text: try ManifestSeal.open(bytes))
        } catch { throw StoreError(error.code, error.text, file: file, offset: error.offset) }
    }

    private init(text: ArraySlice<UInt8>) throws(ManifestFault) {
        let value: JSONValue
        do throws(JSONError) { value = try JSONParser.parse(text) } catch {
            throw ManifestFault(error.text, offset: error.offset)
        }
        var fields = try JSONFields(value, place: "")
        let format = try fields.integer("format")
        guard format == Manifest.supportedFormat else {
            throw ManifestFault(
                "manifest format \(format) found, \(Manifest.supportedFormat) supported",
                code: .unsupported)
        }
        try self.init(&fields)
        self.format = Int(format)
        if let broken = brokenInvariant { throw ManifestFault(broken) }
    }

    private init(_ fields: inout JSONFields) throws(ManifestFault) {
        let storeID = try fields.hex("store_id")
        let generation = UInt64(try fields.count("generation"))
        let nextFileID = FileID(try fields.count("next_file_id"))
        let seriesNumber = try fields.count("next_series_id")
        guard let nextSeries = UInt32(exactly: seriesNumber) else {
            throw fields.fault("next_series_id", .integer(Int64(seriesNumber)), "32 bits")
        }
        self.init(
            storeID: storeID, generation: generation, nextFileID: nextFileID,
            nextSeriesID: SeriesID(rawValue: nextSeries),
            nextLSN: LSN(try fields.count("next_lsn")),
            flushedLSN: LSN(try fields.count("flushed_lsn")),
            floor: try fields.optionalInteger("floor"),
            sampleCounts: try Manifest.counts(&fields), dropped: try Manifest.dropped(&fields),
            files: try Manifest.files(&fields))
        if let id = try fields.optionalInteger("first_log_id") {
            guard let id = FileID(exactly: id) else {
                throw fields.fault("first_log_id", .integer(id), "a file id")
            }
            firstLogID = id
        }
        unknown = fields.rest
    }

    private static func counts(_ fields: inout JSONFields) throws(ManifestFault) -> [Int: Int] {
        var counts: [Int: Int] = [:]
        for member in try fields.object("sample_counts") {
            guard let year = Int(member.key), String(year) == member.key,
                case .integer(let count) = member.value
            else {
                throw fields.fault("sample_counts", .string(member.key), "years with their counts")
            }
            counts[year] = Int(count)
        }
        return counts
    }

    private static func dropped(_ fields: inout JSONFields) throws(ManifestFault) -> [String] {
        var names: [String] = []
        for value in try fields.array("dropped") {
            guard case .string(let name) = value else {
                throw fields.fault("dropped", value, "text")
            }
            names.append(name)
        }
        return names
    }

    private static func files(_ fields: inout JSONFields) throws(ManifestFault) -> [ManifestFile] {
        var files: [ManifestFile] = []
        for (index, value) in try fields.array("files").enumerated() {
            files.append(try ManifestFile(value, place: "files[\(index)]"))
        }
        return files
    }
}
