import TestSupport
import Testing
import TimeSeriesModel

@testable import SegmentStore

@Suite("SharedMap") struct SharedMapTests {
    @Test("answers as a dictionary does, and its copies stay what they were") func model() {
        for seed in 1...20 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            var map = SharedMap<UInt64, Int>()
            var truth: [UInt64: Int] = [:]
            var copies: [(SharedMap<UInt64, Int>, [UInt64: Int])] = []
            for step in 0..<2000 {
                let key = UInt64.random(in: 0..<500, using: &random)
                if random.once(in: 4) {
                    map[key] = nil
                    truth[key] = nil
                } else if random.once(in: 2) {
                    map[key] = step
                    truth[key] = step
                } else {
                    map.update(key, default: 7) { $0 += 1 }
                    truth[key, default: 7] += 1
                }
                if random.once(in: 400) { copies.append((map, truth)) }
            }
            for (map, truth) in copies + [(map, truth)] {
                #expect(map.count == truth.count, "seed \(seed)")
                #expect(Set(map.keys) == Set(truth.keys), "seed \(seed)")
                #expect((0..<500).allSatisfy { map[$0] == truth[$0] }, "seed \(seed)")
            }
        }
    }

    /// All have one hash value: a leaf that cannot be split grows.
    private struct Colliding: Hashable {
        var number: Int

        func hash(into hasher: inout Hasher) { hasher.combine(1) }
    }

    @Test("holds keys of one hash value") func collisions() {
        var map = SharedMap<Colliding, Int>()
        for number in 0..<100 { map[Colliding(number: number)] = number }
        #expect((0..<100).allSatisfy { map[Colliding(number: $0)] == $0 })
        map[Colliding(number: 5)] = nil
        #expect(map.count == 99 && map[Colliding(number: 5)] == nil)
    }
}

@Suite("SharedArray") struct SharedArrayTests {
    @Test("answers as an array does, and its copies stay what they were") func model() {
        var random = SplitMix64(seed: 3)
        var array = SharedArray<Int>()
        var truth: [Int] = []
        var copies: [(SharedArray<Int>, [Int])] = []
        for step in 0..<40_000 {
            array.append(step)
            truth.append(step)
            let place = Int.random(in: 0..<truth.count, using: &random)
            array.update(at: place) { $0 += 1 }
            truth[place] += 1
            if [1, 31, 32, 33, 1023, 1024, 1025, 32_768, 32_769].contains(truth.count) {
                copies.append((array, truth))
            }
        }
        for (array, truth) in copies + [(array, truth)] {
            #expect(array.elements == truth && array.count == truth.count)
            #expect(array.last == truth.last)
            #expect(truth.indices.allSatisfy { array[$0] == truth[$0] })
        }
        #expect(SharedArray<Int>().last == nil)
    }
}

/// Each change of the catalog duplicated its list of devices, its table of series and its
/// documents: defining n points one by one cost n² steps.
@Suite("A catalog that is copied") struct SharedCatalogTests {
    /// Elements of the arrays that a map does not share with another.
    private func unshared<Key, Value>(
        _ map: SharedMap<Key, Value>, _ other: SharedMap<Key, Value>
    ) -> Int {
        typealias Node = SharedMap<Key, Value>.Node
        func collect(_ node: Node, into arrays: inout [UnsafeRawPointer: Int]) {
            switch node {
            case .leaf(let entries):
                entries.withUnsafeBytes { bytes in
                    if let base = bytes.baseAddress { arrays[base] = entries.count }
                }
            case .branch(let children):
                children.withUnsafeBytes { bytes in
                    if let base = bytes.baseAddress { arrays[base] = children.count }
                }
                for child in children { collect(child, into: &arrays) }
            }
        }
        var mine: [UnsafeRawPointer: Int] = [:]
        var others: [UnsafeRawPointer: Int] = [:]
        collect(map.root, into: &mine)
        collect(other.root, into: &others)
        return mine.reduce(0) { $0 + (others[$1.key] == nil ? $1.value : 0) }
    }

    private func unshared<Element>(
        _ array: SharedArray<Element>, _ other: SharedArray<Element>
    ) -> Int {
        func collect(_ node: SharedArray<Element>.Node, into arrays: inout [UnsafeRawPointer: Int])
        {
            switch node {
            case .leaf(let elements):
                elements.withUnsafeBytes { bytes in
                    if let base = bytes.baseAddress { arrays[base] = elements.count }
                }
            case .branch(let children):
                children.withUnsafeBytes { bytes in
                    if let base = bytes.baseAddress { arrays[base] = children.count }
                }
                for child in children { collect(child, into: &arrays) }
            }
        }
        var mine: [UnsafeRawPointer: Int] = [:]
        var others: [UnsafeRawPointer: Int] = [:]
        collect(array.root, into: &mine)
        collect(other.root, into: &others)
        return mine.reduce(0) { $0 + (others[$1.key] == nil ? $1.value : 0) }
    }

    @Test("shares all but a path of small arrays when one key is added or changed")
    func cost() {
        for count in [1000, 30_000] {
            var map = SharedMap<String, Int>()
            var array = SharedArray<Int>()
            for number in 0..<count {
                map["point \(number)"] = number
                array.append(number)
            }
            let (oldMap, oldArray) = (map, array)
            map["one more"] = 1
            array.append(1)
            array.update(at: count / 2) { $0 += 1 }
            // At most six levels of 16 and a leaf, for either of the two.
            #expect((1...120).contains(unshared(map, oldMap)), "\(count)")
            #expect((1...250).contains(unshared(array, oldArray)), "\(count)")
        }
    }

    /// What a catalog is made of, with the parts of its devices, by reflection: a part that is
    /// added later and copied as a whole fails the test.
    @Test("has no plain array or dictionary that grows with the points")
    func parts() throws {
        var catalog = Catalog()
        var change = CatalogChange()
        for number in 0..<2000 {
            try define(number, in: &catalog, &change)
        }
        var largest = 0
        func look(at value: Any, _ depth: Int) {
            let mirror = Mirror(reflecting: value)
            if String(describing: type(of: value)).hasPrefix("Shared") { return }
            if mirror.displayStyle == .collection || mirror.displayStyle == .dictionary {
                largest = max(largest, mirror.children.count)
                return
            }
            guard depth < 6 else { return }
            for child in mirror.children { look(at: child.value, depth + 1) }
        }
        look(at: catalog, 0)
        for device in 1...20 {
            look(at: try #require(catalog.devices[DeviceID(UInt32(device))]), 0)
        }
        #expect(largest <= 1)
        #expect(catalog.pointCount == 2000 && catalog.allSeries.count == 2000)
    }

    private func define(
        _ number: Int, in catalog: inout Catalog, _ change: inout CatalogChange
    ) throws {
        let address = PointAddress(
            device: DeviceID(UInt32(number % 20 + 1)), type: .imported, number: UInt32(number + 1))
        try catalog.setName("device \(number % 20)", of: address.device, into: &change)
        let version = PointVersion(
            name: "p\(number)", unit: "", dataType: .analog, validFrom: Timestamp(rawValue: 0))
        try catalog.define(address, as: version, into: &change)
        _ = try catalog.addSeries(for: address, into: &change)
        try catalog.setDocument(
            [1], for: "point/\(number)", validFrom: Timestamp(rawValue: 0), into: &change)
    }
}
