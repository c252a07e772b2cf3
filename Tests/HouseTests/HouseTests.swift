import Foundation
import Testing

/// Reads the tree itself: which room imports which, where unsafe code stands, what lies at the top.
@Suite("The house") struct HouseTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Rooms and the rooms that each may import; TimeSeriesModel is open to all.
    private static let rooms: [String: Set<String>] = [
        "TimeSeriesModel": [],
        "ColumnCodec": ["CAlmanacLZ4"],
        "DurableFiles": [],
        "SegmentStore": ["ColumnCodec", "DurableFiles"],
        "BuildingModel": [],
        "BuildingSimulation": ["BuildingModel"],
        // ColumnCodec for the columns that samples travel in, nothing else of it.
        "Almanac": [
            "SegmentStore", "BuildingModel", "DurableFiles", "ColumnCodec", "FoundationEssentials",
            "Logging", "Metrics",
        ],
        // DurableFiles for its mutex.
        "AlmanacAPI": [
            "Almanac", "BuildingModel", "DurableFiles", "FoundationEssentials", "Metrics",
        ],
        "AlmanacSimulation": ["Almanac", "BACnetIP", "BuildingSimulation", "DurableFiles"],
        "BACnetMessages": [],
        // SwiftNIO for the sockets alone, with the trait Collector.
        "BACnetIP": ["BACnetMessages", "NIOCore", "NIOPosix"],
        // DurableFiles for its mutex.
        "AlmanacCollector": [
            "Almanac", "BuildingModel", "BACnetIP", "BACnetMessages", "DurableFiles", "Logging",
            "Metrics",
        ],
        "BACnetSimulation": ["BACnetMessages", "BACnetIP", "BuildingSimulation", "BuildingModel"],
    ]

    private static let outside: Set<String> = ["Glibc", "Synchronization", "Dispatch"]

    /// The files inside the fence; DurableFiles is inside as a whole.
    private static let fence: Set<String> = [
        "ByteReader.swift", "ByteWriter.swift", "H64.swift", "LZ4Block.swift",
        "PackedKernels.swift", "IntegerKernels.swift", "SumKernels.swift", "WidthKernels.swift",
        "ScaleKernels.swift", "MixedRadixKernels.swift",
    ]
    /// A task executor has to hand itself out without a count of references.
    private static let gate = "/Sources/AlmanacSimulation/ManualExecutor.swift"

    private static func swiftFiles(below folder: String) -> [URL] {
        files(below: folder, extension: "swift")
    }

    private static func files(below folder: String, extension suffix: String) -> [URL] {
        let walk = FileManager.default.enumerator(
            at: root.appendingPathComponent(folder), includingPropertiesForKeys: nil)
        return (walk?.allObjects as? [URL] ?? []).filter { $0.pathExtension == suffix }
    }

    private static func lines(of file: URL) throws -> [String] {
        try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
    }

    @Test("has no room that the table does not know")
    func everyRoomIsKnown() throws {
        let found = try FileManager.default.contentsOfDirectory(
            atPath: HouseTests.root.appendingPathComponent("Sources").path)
        #expect(Set(found) == Set(HouseTests.rooms.keys).union(["CAlmanacLZ4"]))
    }

    @Test("imports one way only", arguments: rooms.keys.sorted())
    func imports(room: String) throws {
        let allowed = HouseTests.rooms[room]!.union(["TimeSeriesModel"]).union(HouseTests.outside)
        let files = HouseTests.swiftFiles(below: "Sources/\(room)")
        #expect(!files.isEmpty)
        for file in files {
            for line in try HouseTests.lines(of: file) where !line.contains("//") {
                let words = line.split(separator: " ")
                guard let index = words.firstIndex(of: "import"), index <= 1,
                    index + 1 < words.count
                else { continue }
                let module = String(words[index + 1])
                #expect(allowed.contains(module), "\(file.lastPathComponent) imports \(module)")
            }
        }
    }

    @Test("asks devices from one folder of the tool, and two of the service, alone")
    func fieldCommands() throws {
        let folders = [
            "/tools/Sources/almanac/FieldCommands/", "/tools/Sources/almanacd/Running/",
            "/tools/Sources/almanacd/Settings/",
        ]
        let files = HouseTests.swiftFiles(below: "tools/Sources")
        var importers = 0
        for file in files {
            let asks = try HouseTests.lines(of: file).contains {
                $0.hasSuffix("import BACnetMessages") || $0.hasSuffix("import BACnetIP")
                    || $0.hasSuffix("import AlmanacCollector")
            }
            importers += asks ? 1 : 0
            #expect(
                !asks || folders.contains { file.path.contains($0) },
                "\(file.lastPathComponent) imports BACnet")
        }
        #expect(importers > 0)
    }

    @Test("keeps unsafe code inside the fence")
    func fence() throws {
        let marks = [
            "unsafe ", "UnsafeMutable", "UnsafeRaw", "UnsafeBuffer", "withUnsafe", "@unchecked",
        ]
        for file in HouseTests.swiftFiles(below: "Sources") {
            if file.path.contains("/Sources/DurableFiles/") { continue }
            if file.path.hasSuffix(HouseTests.gate) { continue }
            if HouseTests.fence.contains(file.lastPathComponent),
                file.path.contains("/Sources/ColumnCodec/")
            {
                continue
            }
            for (number, line) in try HouseTests.lines(of: file).enumerated()
            where !line.trimmingCharacters(in: .whitespaces).hasPrefix("//") {
                let mark = marks.first { line.contains($0) }
                #expect(mark == nil, "\(file.lastPathComponent):\(number + 1): \(line)")
            }
        }
    }

    @Test("has nothing else at the top")
    func top() throws {
        let allowed: Set = [
            "Package.swift", "README.md", "LICENSE", "Sources", "Tests", "tools", "Benchmarks",
            "docs", "Package.resolved",
        ]
        let found = try FileManager.default.contentsOfDirectory(atPath: HouseTests.root.path)
            .filter { !$0.hasPrefix(".") }
        #expect(Set(found).subtracting(allowed) == [])
    }

    @Test("shows in its pages no Swift but files that are built")
    func pagesShowFiles() throws {
        let shown = HouseTests.files(below: "Tests/Embedding", extension: "swift")
            .filter { !$0.path.contains("/.build/") }
        let texts = Set(try shown.map { try String(contentsOf: $0, encoding: .utf8) })
        var pages = HouseTests.files(below: "Sources", extension: "md")
        pages += ["README.md", "docs/embedding.md"].map(HouseTests.root.appendingPathComponent)
        for page in pages {
            for block in HouseTests.swiftBlocks(of: try String(contentsOf: page, encoding: .utf8)) {
                let head = block.prefix(80)
                #expect(texts.contains(block), "\(page.lastPathComponent) shows no file: \(head)")
            }
        }
        // The guide leaves out nothing but the smallest service, which the README shows.
        let guide = HouseTests.root.appendingPathComponent("docs/embedding.md")
        let blocks = HouseTests.swiftBlocks(of: try String(contentsOf: guide, encoding: .utf8))
        #expect(texts.subtracting(blocks).count == 1)
    }

    /// What stands between ```` ```swift ```` and the end of the block.
    private static func swiftBlocks(of page: String) -> [String] {
        page.components(separatedBy: "```swift\n").dropFirst().compactMap {
            $0.components(separatedBy: "```").first
        }
    }

    @Test("keeps files short enough to be one topic")
    func length() throws {
        for folder in ["Sources", "Tests", "tools/Sources", "Benchmarks/Sources"] {
            for file in HouseTests.swiftFiles(below: folder) {
                let count = try HouseTests.lines(of: file).count
                #expect(count <= 400, "\(file.lastPathComponent) has \(count) lines")
            }
        }
    }

    /// Folders whose code meets bytes that other programs made.
    private static let decoders = [
        "Sources/BACnetMessages", "Sources/ColumnCodec/Bytes", "Sources/ColumnCodec/Decoding",
        "Sources/SegmentStore/Catalog", "Sources/SegmentStore/Journal",
        "Sources/SegmentStore/Layout", "Sources/SegmentStore/Log",
        "Sources/SegmentStore/Manifest", "Sources/SegmentStore/Records",
        "Sources/SegmentStore/Segment",
    ]

    /// Lines of these that trap, and do so on a mistake of ours alone: the writer's own file, a
    /// segment's year, which the manifest's rules ask for, and a datum that the caller has told apart.
    private static let knownTraps = [
        "WriteLog.swift": 2, "Segment.swift": 1, "LogDatum+Wire.swift": 1,
    ]

    /// The first sign in a line that it may end the process; strings and comments have none.
    private static func trap(in line: String, decodes: Bool) -> String? {
        let code = line.replacing(/"(\\.|[^"\\])*"/, with: "").split(separator: "//").first ?? ""
        var signs = ["try!", "as!", "fatalError(", "assertionFailure("]
        if decodes { signs += ["preconditionFailure("] }
        if let sign = signs.first(where: { code.contains($0) }) { return sign }
        guard decodes, let found = code.firstMatch(of: /[\w\)\]]!(?![=\w])/) else { return nil }
        return String(found.output)
    }

    /// Arithmetic that overflows shows in no word: the tests with hostile files and extreme values
    /// look for it.
    @Test("traps on data nowhere: no forced try or cast, and no forced unwrapping in decoders")
    func noTraps() throws {
        for file in HouseTests.swiftFiles(below: "Sources") {
            let isDecoder = HouseTests.decoders.contains { file.path.contains("/\($0)/") }
            var found: [String] = []
            for (number, line) in try HouseTests.lines(of: file).enumerated() {
                guard let sign = HouseTests.trap(in: String(line), decodes: isDecoder) else {
                    continue
                }
                found.append("\(file.lastPathComponent):\(number + 1): \(sign) in \(line)")
            }
            let known = HouseTests.knownTraps[file.lastPathComponent] ?? 0
            #expect(found.count <= known, "\(found)")
        }
    }

    /// With `pipefail`, a reader that ends at its first match fails the pipeline whenever the writer
    /// has more to write: in one run of a hundred.
    @Test("has no script that pipes into a command that stops reading early")
    func pipes() throws {
        let scripts = try FileManager.default.contentsOfDirectory(
            at: HouseTests.root.appendingPathComponent("tools"), includingPropertiesForKeys: nil
        ).filter { $0.pathExtension == "sh" }
        #expect(scripts.count >= 4)
        for script in scripts {
            let text = try String(contentsOf: script, encoding: .utf8)
            let pipes = text.matches(of: /\|\s*(?:grep -\w*[qm]|head\b)/).map { String($0.output) }
            #expect(pipes == [], "\(script.lastPathComponent)")
        }
    }

    @Test(
        "sees what traps, and not what looks like it",
        arguments: [
            ("let a = try! b()", true, false), ("let a = b as! C", true, false),
            ("fatalError(\"x\")", true, false), ("let a = b!", true, true),
            ("a[1]!.b()", true, true), ("f(x)!", true, true),
            ("if a != b, !c { d(!e) }", false, true),
            ("let a = \"wow!\" // really!", false, true), ("preconditionFailure()", true, true),
            ("let a = b!", false, false),
        ])
    func seesTraps(line: String, isFound: Bool, decodes: Bool) {
        #expect((HouseTests.trap(in: line, decodes: decodes) != nil) == isFound)
    }
}
