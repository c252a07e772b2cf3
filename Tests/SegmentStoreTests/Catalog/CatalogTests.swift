import Testing
import TimeSeriesModel

@testable import SegmentStore

@Suite("Catalog") struct CatalogTests {
    static func address(_ device: UInt32, _ number: UInt32) -> PointAddress {
        PointAddress(device: DeviceID(device), type: .input, number: number)
    }

    static func version(_ name: String, from time: Int64 = 0, unit: String = "") -> PointVersion {
        PointVersion(
            name: name, unit: unit, dataType: .analog, validFrom: Timestamp(milliseconds: time))
    }

    @Test("gives each point one series, counting from 1, and logs it once")
    func series() throws {
        var catalog = Catalog()
        var change = CatalogChange()
        let first = try catalog.addSeries(for: Self.address(1, 1), into: &change)
        let second = try catalog.addSeries(for: Self.address(1, 2), into: &change)
        #expect(first.rawValue == 1 && second.rawValue == 2)
        #expect(try catalog.addSeries(for: Self.address(1, 1), into: &change) == first)
        #expect(
            change.records == [
                .series(first, Self.address(1, 1)), .series(second, Self.address(1, 2)),
            ])
        #expect(catalog.address(of: second) == Self.address(1, 2))
        #expect(catalog.series(of: Self.address(9, 9)) == nil)
        #expect(catalog.seriesCount == 2 && catalog.pointCount == 2)
        catalog.reserveSeriesIDs(below: SeriesID(rawValue: 50))
        #expect(try catalog.addSeries(for: Self.address(1, 3), into: &change).rawValue == 50)
    }

    @Test("has 2^32 − 2 ids and says when they are taken")
    func exhausted() throws {
        var catalog = Catalog(nextSeriesID: SeriesID(rawValue: .max - 1))
        var change = CatalogChange()
        _ = try catalog.addSeries(for: Self.address(1, 1), into: &change)
        #expect(throws: StoreError.self) {
            try catalog.addSeries(for: Self.address(1, 2), into: &change)
        }
        #expect(change.records.count == 1)
    }

    @Test("finds points by their current full name, split at the first '/'")
    func names() throws {
        var catalog = Catalog()
        var change = CatalogChange()
        try catalog.setName("AHU", of: 1, into: &change)
        try catalog.define(Self.address(1, 2), as: Self.version("a/b"), into: &change)
        try catalog.define(Self.address(1, 1), as: Self.version("old"), into: &change)
        try catalog.define(Self.address(1, 1), as: Self.version("new", from: 9), into: &change)
        try catalog.define(Self.address(2, 1), as: Self.version("x"), into: &change)
        #expect(catalog.fullName(of: Self.address(1, 2)) == "AHU/a/b")
        #expect(catalog.addresses(named: "AHU/a/b") == [Self.address(1, 2)])
        #expect(catalog.addresses(named: "AHU/new") == [Self.address(1, 1)])
        #expect(catalog.addresses(named: "AHU/old").isEmpty)
        #expect(catalog.addresses(named: "AHU").isEmpty)
        // A device without a name goes by its number, and no longer once it has one.
        #expect(catalog.fullName(of: Self.address(2, 1)) == "2/x")
        #expect(catalog.addresses(named: "2/x") == [Self.address(2, 1)])
        try catalog.setName("AHU", of: 2, into: &change)
        #expect(catalog.addresses(named: "2/x").isEmpty)
        #expect(catalog.addresses(named: "AHU/x") == [Self.address(2, 1)])
    }

    @Test("gives all addresses of an ambiguous name, sorted")
    func ambiguous() throws {
        var catalog = Catalog()
        var change = CatalogChange()
        for device: UInt32 in [3, 1, 2] {
            try catalog.setName("Z", of: DeviceID(device), into: &change)
            for number: UInt32 in [2, 1] {
                try catalog.define(
                    Self.address(device, number), as: Self.version("p"), into: &change)
            }
        }
        let all = (1...3).flatMap { device in (1...2).map { Self.address(UInt32(device), $0) } }
        #expect(catalog.addresses(named: "Z/p") == all)
        try catalog.setName("Y", of: 2, into: &change)
        #expect(catalog.addresses(named: "Z/p").count == 4)
        #expect(catalog.addresses(named: "Y/p").count == 2)
    }

    @Test("keeps versions in the order of their times, whatever the order of the records")
    func versions() throws {
        var catalog = Catalog()
        let point = Self.address(1, 1)
        for time: Int64 in [20, 10, 30, 20] {
            try catalog.apply(.point(point, Self.version("v\(time)", from: time)))
        }
        let found = try #require(catalog[point])
        #expect(found.versions.map(\.name) == ["v10", "v20", "v30"])
        let name = { (time: Int64) in found.version(at: Timestamp(milliseconds: time))?.name }
        #expect(name(5) == "v10" && name(10) == "v10" && name(25) == "v20" && name(99) == "v30")
    }

    @Test("leaves out what says nothing new")
    func idempotent() throws {
        var catalog = Catalog()
        var change = CatalogChange()
        let point = Self.address(1, 1)
        try catalog.setName("d", of: 1, into: &change)
        try catalog.define(point, as: Self.version("p", from: 10), into: &change)
        try catalog.define(point, as: Self.version("q", from: 20), into: &change)
        let before = change
        try catalog.setName("d", of: 1, into: &change)
        try catalog.define(point, as: Self.version("p", from: 15), into: &change)
        try catalog.define(point, as: Self.version("q", from: 30), into: &change)
        #expect(change == before)
        try catalog.define(point, as: Self.version("p", from: 30), into: &change)
        try catalog.define(point, as: Self.version("p", from: 5), into: &change)
        #expect(change.records.count == before.records.count + 2)
    }

    @Test("refuses names that cannot be looked up or stored")
    func refusedNames() {
        var catalog = Catalog()
        var change = CatalogChange()
        let long = String(repeating: "n", count: 1025)
        for name in ["", "a/b", long] {
            #expect(throws: StoreError.self) { try catalog.setName(name, of: 1, into: &change) }
        }
        for version in [Self.version(""), Self.version(long), Self.version("x", unit: long)] {
            #expect(throws: StoreError.self) {
                try catalog.define(Self.address(1, 1), as: version, into: &change)
            }
        }
        #expect(change.isEmpty && catalog.pointCount == 0)
    }

    @Test("refuses records that contradict each other")
    func contradictions() throws {
        var catalog = Catalog()
        try catalog.apply(.series(SeriesID(rawValue: 1), Self.address(1, 1)))
        try catalog.apply(.series(SeriesID(rawValue: 1), Self.address(1, 1)))
        #expect(throws: StoreError.self) {
            try catalog.apply(.series(SeriesID(rawValue: 1), Self.address(1, 2)))
        }
        #expect(throws: StoreError.self) {
            try catalog.apply(.series(SeriesID(rawValue: 2), Self.address(1, 1)))
        }
        #expect(catalog.seriesCount == 1 && catalog.nextSeriesID.rawValue == 2)
    }

    @Test("lists points sorted, all or by pattern, also when they came unsorted")
    func listing() throws {
        var catalog = Catalog()
        var change = CatalogChange()
        for device: UInt32 in [2, 1] {
            try catalog.setName("AHU\(device)", of: DeviceID(device), into: &change)
            for number: UInt32 in [3, 1, 2] {
                try catalog.define(
                    Self.address(device, number), as: Self.version("T\(number)"), into: &change)
            }
        }
        _ = try catalog.addSeries(for: Self.address(1, 9), into: &change)
        let sorted = catalog.points.map(\.address)
        #expect(sorted == sorted.sorted() && sorted.count == 7)
        #expect(catalog.points(matching: "*").count == 6)
        #expect(
            catalog.points(matching: "AHU?/T2").map(\.address) == [
                Self.address(1, 2), Self.address(2, 2),
            ])
        #expect(catalog.points(matching: "ahu*").isEmpty)
    }

    @Test("a copy does not see later changes, and live records make an equal catalog")
    func copies() throws {
        var catalog = Catalog()
        var change = CatalogChange()
        try catalog.setName("d", of: 1, into: &change)
        try catalog.define(Self.address(1, 1), as: Self.version("p"), into: &change)
        let copy = catalog
        try catalog.define(Self.address(1, 1), as: Self.version("q", from: 1), into: &change)
        _ = try catalog.addSeries(for: Self.address(1, 1), into: &change)
        try catalog.apply(.other(kind: 130, body: [1]))
        #expect(copy.fullName(of: Self.address(1, 1)) == "d/p" && copy.seriesCount == 0)
        var again = Catalog()
        for record in catalog.liveRecords { try again.apply(record) }
        #expect(again.liveRecords == catalog.liveRecords)
        #expect(Array(again.points) == Array(catalog.points))
    }
}

extension Catalog {
    /// All live records at once.
    var liveRecords: [CatalogRecord] {
        var records: [CatalogRecord] = []
        forEachLiveRecord { records.append($0) }
        return records
    }
}
