import Foundation

/// The queries of a workload.
struct Queries {
    /// A series, from a time to another, exclusive.
    struct Window {
        var series: Int
        var from: Int64
        var to: Int64
    }

    struct Dashboard {
        var from: Int64
        var to: Int64
        var series: [Int]
    }

    var start: Int64 = 0
    var end: Int64 = 0
    var lookups: [(series: Int, time: Int64)] = []
    var latest: [Int] = []
    var ranges: [Window] = []
    var scans: [Window] = []
    var dashboards: [Dashboard] = []
}

extension Queries {
    private static let magic = Data("BMSQRY01".utf8)
    static let dashboardSeriesCount = 20

    init(path: String) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        guard data.count >= 48, data.prefix(8) == Queries.magic else {
            throw UsageError("\(path): no BMSQRY01 query file")
        }
        let counts = (0..<5).map { Int(data.integer(UInt32.self, at: 12 + 4 * $0)) }
        start = data.integer(Int64.self, at: 32)
        end = data.integer(Int64.self, at: 40)
        var next = 48
        func integer() -> Int64 {
            defer { next += 8 }
            return data.integer(Int64.self, at: next)
        }
        func window() -> Window { Window(series: Int(integer()), from: integer(), to: integer()) }
        for _ in 0..<counts[0] {
            let window = window()
            lookups.append((window.series, window.from))
        }
        for _ in 0..<counts[1] { latest.append(window().series) }
        for _ in 0..<counts[2] { ranges.append(window()) }
        for _ in 0..<counts[3] { scans.append(window()) }
        for _ in 0..<counts[4] {
            var dashboard = Dashboard(from: integer(), to: integer(), series: [])
            for _ in 0..<Queries.dashboardSeriesCount { dashboard.series.append(Int(integer())) }
            dashboards.append(dashboard)
        }
    }

    func write(to path: String) throws {
        var data = Queries.magic
        func append(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) }
        }
        append(UInt32(1))
        for count in [lookups.count, latest.count, ranges.count, scans.count, dashboards.count] {
            append(UInt32(count))
        }
        for value in [start, end] { append(value) }
        for item in lookups {
            for value in [Int64(item.series), item.time, 0] { append(value) }
        }
        for item in latest {
            for value in [Int64(item), 0, 0] { append(value) }
        }
        for item in ranges + scans {
            for value in [Int64(item.series), item.from, item.to] { append(value) }
        }
        for item in dashboards {
            for value in [item.from, item.to] + item.series.map(Int64.init) { append(value) }
        }
        try data.write(to: URL(fileURLWithPath: path))
    }
}
