import ColumnCodec
import Foundation
import SegmentStore
import TimeSeriesModel

/// Writes the golden store of the present format: small, with every codec, two years, all kinds of
/// doubles and qualities, and beside it what must be read from it.
///
/// Run once per format version; its output is committed under `Tests/Golden` and kept for ever.
struct GoldenStore {
    private let folder: String
    private var random = Mixer(state: 2025)
    private var expected = "point,unix_ms,value_bits_hex,quality\n"

    init(_ arguments: ArraySlice<String>) throws {
        guard arguments.count == 1 else { throw UsageError("usage: bench golden FOLDER") }
        folder = arguments.first!
    }

    mutating func run() throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let store = try Store.open(at: folder + "/store")
        let bulk = try store.beginImport()
        for (number, entry) in series().enumerated() {
            let id = try bulk.series(
                of: PointAddress(
                    device: number < 8 ? 4_194_304 : 4_194_305, type: .imported,
                    number: UInt32(number + 1)),
                deviceName: number < 8
                    ? "golden" : "gold-2",
                pointName: entry.name, unit: "degC", dataType: .analog,
                validFrom: Timestamp(milliseconds: 0))
            try bulk.append(entry.columns, to: id)
            let device = number < 8 ? "golden" : "gold-2"
            for index in 0..<entry.columns.count {
                let bits = String(entry.columns.values[index].bitPattern, radix: 16)
                expected +=
                    "\(device)/\(entry.name),\(entry.columns.times[index]),"
                    + String(repeating: "0", count: 16 - bits.count) + bits
                    + ",\(entry.columns.qualities[index])\n"
            }
        }
        let report = try bulk.commit()
        store.close()
        try Data(expected.utf8).write(to: URL(fileURLWithPath: folder + "/expected.csv"))
        print("\(report.stored) samples in \(folder)/store")
    }

    private struct Entry {
        var name: String
        var columns: SampleColumns
    }

    private mutating func series() -> [Entry] {
        let quarter: Int64 = 900_000
        let odd = [
            -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0.1, .infinity, -.infinity,
            .nan, 9_007_199_254_740_992,
        ]
        var tenths = 215
        var total = 123_456_789
        var entries: [Entry] = []
        func add(
            _ name: String, _ count: Int, step: Int64 = 900_000, jitter: Int64 = 0, gaps: Int = 0,
            bad: Int = 0, value: (Int) -> Double
        ) {
            // Half of it before the end of 2025, half behind.
            var time: Int64 = 1_767_225_600_000 - Int64(count / 2) * step
            var columns = SampleColumns()
            for index in 0..<count {
                time += gaps > 0 && random.below(gaps) == 0 ? step * 5 : step
                columns.append(
                    time: time + (jitter > 0 ? Int64(random.below(Int(jitter))) : 0),
                    value: value(index), quality: bad > 0 ? UInt8(index / bad * 2 % 256) : 0)
            }
            entries.append(Entry(name: name, columns: columns))
        }
        add("temperature", 1500) { _ in
            tenths += random.below(5) - 2
            return Double(tenths) / 10
        }
        add("gappy", 700, gaps: 20) { _ in
            tenths += random.below(5) - 2
            return Double(tenths) / 10
        }
        add("jittered", 700, jitter: 3000) { index in Double(index % 40) / 4 }
        add("meter", 600) { _ in
            total += random.below(900)
            return Double(total) / 100
        }
        add("switch", 600) { index in index / 37 % 2 == 0 ? 0 : 1 }
        add("constant", 300) { _ in 21.5 }
        add("widened", 500) { _ in Double(Float(Double(random.below(4000)) / 7)) }
        add("noise", 300) { _ in Double(bitPattern: UInt64(bitPattern: Int64(random.next()))) }
        add("steps", 600) { _ in [0.0, 33.3, 99.9, 1e6, 12345.678][random.below(5)] }
        add("mean", 400) { _ in Double(200 + random.below(40)) / 10 / 3 }
        add("odd", 40, bad: 1) { index in
            odd[index % odd.count]
        }
        add("irregular", 300, step: 61_003, jitter: 50_000) { index in Double(index * index) }
        add("qualities", 500, bad: 90) { _ in
            Double(random.below(100)) / 10
        }
        add("single", 1, step: quarter) { _ in 7 }
        return entries
    }
}

/// A small generator of numbers: the golden store is the same each time, but for its salts.
private struct Mixer {
    var state: UInt64

    mutating func next() -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(bitPattern: UInt(state ^ (state >> 29)))
    }

    mutating func below(_ bound: Int) -> Int { Int(UInt(bitPattern: next()) >> 33) % bound }
}
