import ColumnCodec
import TestSupport
import Testing

@testable import SegmentStore

@Suite("Manifest") struct ManifestTests {
    static func decode(_ bytes: [UInt8]) throws(StoreError) -> Manifest {
        try Manifest(decoding: bytes, file: "MANIFEST")
    }

    /// The sample's text with one passage replaced and the seal made to fit.
    static func resealed(_ passage: String, by other: String) -> [UInt8] {
        let text = String(decoding: Manifest.sample().encode().dropLast(21), as: UTF8.self)
        let parts = text.split(separator: passage, maxSplits: 1, omittingEmptySubsequences: false)
        precondition(parts.count == 2, "the passage is in the text")
        return ManifestSeal.seal([UInt8]((parts[0] + other + parts[1]).utf8))
    }

    static func error(of bytes: [UInt8]) -> StoreError? {
        do throws(StoreError) {
            _ = try decode(bytes)
            return nil
        } catch { return error }
    }

    @Test("is this text") func text() {
        let text = String(decoding: Manifest.sample().encode(), as: UTF8.self)
        let lines = """
            {"format": 1,
            "store_id": "0123456789abcdef",
            "generation": 12,
            "next_file_id": 27,
            "next_series_id": 4,
            "next_lsn": 1001,
            "flushed_lsn": 1000,
            "floor": -86400000,
            "sample_counts": {"2024": 123, "2025": 45},
            "dropped": ["seg/2024-00000001.seg"],
            "files": [
            {"name": "seg/2025-0000001a.seg", "kind": "segment", "role": "merged", "id": 26, \
            "salt": "5af0000000000001", "year": 2025, "byte_count": 8192, \
            "hash": "ef46db3751d8e999", "first_lsn": 1, "last_lsn": 1000, "sample_count": 45, \
            "first_time": 1735689600000, "last_time": 1735700000000},
            {"name": "rec/catalog-00000002.rec", "kind": "catalog", "role": "catalog", "id": 2, \
            "salt": "0000000000000007", "byte_count": 64, "first_lsn": 0, "last_lsn": 0, \
            "sample_count": 0},
            {"name": "rec/journal-2025-00000004.rec", "kind": "journal", "role": "journal", \
            "id": 4, "salt": "0000000000000009", "year": 2025, "byte_count": 128, \
            "first_lsn": 5, "last_lsn": 6, "sample_count": 0}
            ]}

            """
        #expect(text == lines + "h64=\(H64.hash([UInt8](lines.utf8), seed: 0).hexText)\n")
    }

    @Test("comes back as it was, empty or full")
    func roundTrip() throws {
        for manifest in [Manifest.sample(), Manifest(storeID: 0)] {
            #expect(try Self.decode(manifest.encode()) == manifest)
        }
    }

    @Test("keeps what a later version added, and writes it again")
    func unknownKeys() throws {
        let bytes = Self.resealed(
            "\"role\": \"catalog\"", by: #""role": "catalog", "tier": {"x": [1.5, "\u00e9"]}"#)
        let once = try Self.decode(bytes)
        #expect(once.files[1].unknown.map(\.key) == ["tier"])
        #expect(try Self.decode(once.encode()) == once)
        let top = try Self.decode(
            Self.resealed("\"dropped\"", by: "\"owner\": \"Büro\", \"dropped\""))
        #expect(top.unknown == [JSONMember("owner", .string("Büro"))])
        #expect(try Self.decode(top.encode()) == top)
    }

    @Test("is refused at every truncation") func truncated() {
        let bytes = Manifest.sample().encode()
        for length in 0..<bytes.count {
            #expect(Self.error(of: Array(bytes.prefix(length)))?.code == .damaged, "\(length)")
        }
    }

    @Test("is refused after every bit flip") func flipped() {
        let bytes = Manifest.sample().encode()
        for bit in 0..<bytes.count * 8 {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(Self.error(of: flipped)?.code == .damaged, "bit \(bit)")
        }
    }

    @Test("of another program is foreign")
    func foreign() {
        #expect(Self.error(of: [UInt8]("MANIFEST-000004\n".utf8))?.code == .foreign)
    }

    @Test("of a later format, or with a kind or role of one, is unsupported")
    func unsupported() {
        let later = Self.error(of: Self.resealed("\"format\": 1", by: "\"format\": 2"))
        #expect(later?.code == .unsupported)
        #expect(later?.message == "manifest format 2 found, 1 supported")
        for (old, new) in [("\"segment\"", "\"lake\""), ("\"merged\"", "\"frozen\"")] {
            #expect(Self.error(of: Self.resealed(old, by: new))?.code == .unsupported)
        }
    }

    @Test(
        "that breaks a rule under a right seal is refused in words",
        arguments: [
            ("\"next_file_id\": 27", "\"next_file_id\": 26", "id not below the next"),
            ("\"flushed_lsn\": 1000", "\"flushed_lsn\": 1001", "flushed LSN not below"),
            ("\"last_lsn\": 6", "\"last_lsn\": 4", "first LSN above the last"),
            ("\"id\": 4", "\"id\": 5", "not those of the name"),
            ("seg/2025-0000001a.seg", "seg/../../etc/passwd", "no name of ours"),
            ("seg/2024-00000001.seg", "/etc/passwd", "no name of ours"),
            ("seg/2024-00000001.seg", "seg/2025-0000001a.seg", "both named and dropped"),
            ("\"generation\": 12", "\"generation\": 9007199254740992", "an integer below 2^53"),
            ("\"generation\": 12", "\"generation\": -1", "no negative number"),
            ("\"generation\": 12", "\"generation\": \"12\"", "generation: \"12\" found"),
            ("\"store_id\": \"0123", "\"store_id\": \"123", "16 lower-case hex digits"),
            ("\"hash\": \"ef46db3751d8e999\", ", "", "has hash and times"),
            ("\"byte_count\": 8192", "\"byte_count\": 12", "shorter than a header"),
            ("\"byte_count\": 128", "\"byte_count\": 127", "no multiple of 8"),
            ("\"last_time\": 1735700000000", "\"last_time\": 0", "first time after the last"),
            ("{\"2024\": 123", "{\"02024\": 123", "years with their counts"),
            ("\"next_series_id\": 4", "\"next_series_id\": 4294967296", "32 bits expected"),
            ("\"name\": \"rec/c", "\"nome\": \"rec/c", "files[1].name: nothing found"),
            ("\"sample_count\": 45", "\"sample_count\": -45", "no negative number"),
            ("\n]}", "\n]", "',' or '}' expected"),
        ])
    func brokenRule(passage: String, other: String, expected: String) {
        let error = Self.error(of: Self.resealed(passage, by: other))
        #expect(error?.code == .damaged)
        #expect(error?.message.contains(expected) == true, "\(error?.message ?? "taken")")
    }

    @Test("is refused or keeps its rules after any change under a right seal")
    func fuzz() throws {
        var random = SplitMix64(seed: 7)
        let lines = Array(Manifest.sample().encode().dropLast(21))
        for _ in 0..<4000 {
            let bytes = ManifestSeal.seal(random.mutated(lines))
            guard let manifest = try? Self.decode(bytes) else { continue }
            #expect(try Self.decode(manifest.encode()) == manifest)
        }
    }
}
