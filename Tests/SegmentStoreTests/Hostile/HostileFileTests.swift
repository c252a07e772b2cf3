import ColumnCodec
import DurableFiles
import Foundation
import TestSupport
import Testing
import TimeSeriesModel

@testable import SegmentStore

/// Every field of every file, changed under right checksums, alone and at random.
@Suite("Hostile files under right checksums") struct HostileFileTests {
    /// Values at the borders of what fields hold, for 16, 32, 53 and 64 bits, signed and not.
    static let extremes: [UInt64] = [
        0, 1, 7, 8, 63, 64, 127, 128, 4095, 4096, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000,
        0xFFFF_FFFE, 0xFFFF_FFFF, 1 << 32, 1 << 40, 1 << 53 - 1, 1 << 53, 1 << 62,
        UInt64(Int64.max) - 1, UInt64(Int64.max), 1 << 63, UInt64.max - 1, UInt64.max,
    ]

    /// How many random changes of each kind are tried. A build for debugging is slow.
    static var caseCount: Int {
        let environment = ProcessInfo.processInfo.environment
        if let given = environment["ALMANAC_HOSTILE_CASES"].flatMap({ Int($0) }) { return given }
        if environment["ALMANAC_LONG_FORMS"] != nil { return 2500 }
        #if DEBUG
            return 8
        #else
            return 200
        #endif
    }

    /// The seed of the first case; given to see a failing one again, with a count of 1.
    static var seed: UInt64 {
        let given = ProcessInfo.processInfo.environment["ALMANAC_HOSTILE_SEED"]
        return given.flatMap { UInt64($0) } ?? 1
    }

    /// Puts an extreme into some field of `bytes[range]`, or moves a field by a little.
    static func disturb(
        _ bytes: inout [UInt8], in range: Range<Int>, _ generator: inout SplitMix64
    ) {
        let width = [1, 2, 4, 8].filter { $0 <= range.count }.randomElement(using: &generator)!
        let places = stride(from: range.lowerBound, through: range.upperBound - width, by: width)
        let place = Array(places).randomElement(using: &generator)!
        var value = extremes.randomElement(using: &generator)!
        if generator.once(in: 3) {
            value = 0
            for byte in (0..<width).reversed() { value = value << 8 | UInt64(bytes[place + byte]) }
            value &+= UInt64(bitPattern: Int64.random(in: -9...9, using: &generator))
        }
        for byte in 0..<width {
            bytes[place + byte] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(byte)))
        }
    }

    /// Where numbers are in a manifest: values, and the years of counts. Not the digits of names.
    static func numbers(in text: String) -> [Range<String.Index>] {
        text.ranges(of: /-?[0-9]+/).filter { range in
            guard range.lowerBound > text.startIndex, range.upperBound < text.endIndex else {
                return false
            }
            let before = text[text.index(before: range.lowerBound)]
            let after = text[range.upperBound]
            if before == "\"", after == "\"" { return text[range].count == 4 }
            return (before == " " || before == "[")
                && (after == "," || after == "}" || after == "]")
        }
    }

    // MARK: - At random

    @Test("end in an error or an answer when numbers of the manifest are changed")
    func manifest() {
        Self.tryCases("manifest") { store, generator in
            let text = store.manifestText
            let tokens = Self.numbers(in: text)
            for _ in 0..<Int.random(in: 1...2, using: &generator) {
                let token = tokens.randomElement(using: &generator)!
                let bits = Self.extremes.randomElement(using: &generator)!
                let value =
                    generator.once(in: 3)
                    ? Int64(text[token])! &+ .random(in: -70...70, using: &generator)
                    : min(max(Int64(bitPattern: bits), -(1 << 53) + 1), 1 << 53 - 1)
                guard store.manifestText == text else { continue }
                store.manifestText = text.replacingCharacters(in: token, with: String(value))
            }
        }
    }

    @Test("end in an error or an answer when headers are changed")
    func headers() {
        Self.tryCases("headers") { store, generator in
            let path = store.files.keys.filter { StoreFile(path: $0) != nil }.sorted()
                .randomElement(using: &generator)!
            store.changeHeader(path) { Self.disturb(&$0, in: 8..<56, &generator) }
        }
    }

    @Test("end in an error or an answer when footers of segments are changed")
    func footers() {
        Self.tryCases("footers") { store, generator in
            let path = store.paths(.segment).randomElement(using: &generator)!
            store.changeFooter(path) { Self.disturb(&$0, in: 8..<120, &generator) }
        }
    }

    @Test("end in an error or an answer when pages of an index are changed")
    func pages() {
        Self.tryCases("pages") { store, generator in
            let path = store.paths(.segment).randomElement(using: &generator)!
            let pages = store.footer(of: path).pages
            let number = Int.random(
                in: 0..<pages.count / IndexPage.byteCount, using: &generator)
            store.changePage(number, of: path) { page in
                let isHead = generator.once(in: 2)
                Self.disturb(&page, in: isHead ? 8..<64 : 64..<200, &generator)
            }
        }
    }

    @Test("end in an error or an answer when entries of an index are changed")
    func entries() {
        Self.tryCases("entries") { store, generator in
            let path = store.paths(.segment).randomElement(using: &generator)!
            let ordinal = Int.random(in: 0..<store.footer(of: path).chunkCount, using: &generator)
            store.changeEntry(ordinal, of: path) { Self.disturb(&$0, in: 0..<72, &generator) }
        }
    }

    @Test("end in an error or an answer when chunks are changed, with their entries or alone")
    func chunks() {
        Self.tryCases("chunks") { store, generator in
            let path = store.paths(.segment).randomElement(using: &generator)!
            let ordinal = Int.random(in: 0..<store.footer(of: path).chunkCount, using: &generator)
            let entry = store.entries(of: path)[ordinal].entry
            guard generator.once(in: 2) else {
                let isHeader = generator.once(in: 3)
                store.changeChunk(ordinal, of: path) {
                    let body = generator.once(in: 2) ? 40..<min(80, $0.count) : 40..<$0.count
                    Self.disturb(&$0, in: isHeader ? 4..<32 : body, &generator)
                }
                return
            }
            // The same samples at other times: the chunk and its entry agree.
            let bits = Self.extremes.randomElement(using: &generator)!
            let first = Int64(bitPattern: bits)
            store.changeChunk(ordinal, of: path) { $0.store(first, at: 16) }
            store.changeEntry(ordinal, of: path) {
                $0.store(first, at: 0)
                $0.store(first &+ (entry.lastTime - entry.firstTime), at: 8)
            }
        }
    }

    @Test(
        "end in an error or an answer when records are changed",
        arguments: [
            FileKind.log, .catalog, .journal,
        ])
    func records(of kind: FileKind) {
        Self.tryCases("records of \(kind.name)") { store, generator in
            let path = store.paths(kind).last { !store.frames($0).isEmpty }!
            var frames = store.frames(path).map(\.frame)
            let index = frames.indices.randomElement(using: &generator)!
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: frames[index].lsn = Self.extremes.randomElement(using: &generator)!
            case 1: frames[index].distance = .random(in: 0...65_535, using: &generator)
            case 2:
                frames[index].type = RecordType(
                    rawValue: [1, 2, 3, 4, 5, 127, 128, 255].randomElement(using: &generator)!)
            case 3:
                // A number of ten bytes in place of one byte.
                let place = frames[index].payload.indices.randomElement(using: &generator)!
                frames[index].payload.replaceSubrange(
                    place...place, with: [UInt8](repeating: 0xFF, count: 9) + [1])
            case 4: frames.append(frames[index])
            default:
                let range = frames[index].payload.indices
                Self.disturb(
                    &frames[index].payload, in: 0..<min(range.count, 120), &generator)
            }
            store.setFrames(frames, of: path)
        }
    }

    /// Runs the cases of a test, each with a seed of its own, and prints how many.
    private static func tryCases(
        _ what: String, _ change: (inout HostileStore, inout SplitMix64) -> Void
    ) {
        print("hostile \(what): seed \(seed), \(caseCount) cases")
        for number in seed..<seed &+ UInt64(caseCount) {
            var generator = SplitMix64(seed: number)
            var store = number % 16 == 0 ? HostileStore.larger : HostileStore.base
            change(&store, &generator)
            if ProcessInfo.processInfo.environment["ALMANAC_HOSTILE_SEED"] != nil {
                FileHandle.standardError.write(Data("\(what) \(number)\n".utf8))
            }
            HostileUse.run(
                store, [.read, number % 2 == 0 ? .write : .salvage],
                what: "\(what), seed \(number)")
        }
    }
}
