import Almanac
import ArgumentParser
import BuildingSimulation
import Foundation
import Testing

@testable import almanac

/// What `demo` plants, `gaps` and `health` must name, and nothing else.
@Suite("Planted faults") struct PlantedFaultTests {
    struct Site: Sendable {
        let seed: UInt64
        let pointCount: Int
        let days: Int64
    }

    private struct Rows: Decodable {
        var rows: [Row]
    }

    /// A row of either command; keys that the other has are absent.
    private struct Row: Decodable {
        var point: String
        var from: Int64?
        var to: Int64?
        var reason: String?
        var stalled: Bool?
        var flat: Int?
        var flatMs: Int64?
        var outOfRange: Int?
        var bad: Int?
    }

    /// A poller's samples come up to three seconds late, and so do the steps between them.
    private static let slack: Int64 = 6000

    @Test(
        "are found, each of them and no other",
        arguments: [
            Site(seed: 1, pointCount: 200, days: 30), Site(seed: 2, pointCount: 60, days: 45),
            Site(seed: 3, pointCount: 120, days: 30), Site(seed: 4, pointCount: 400, days: 30),
        ])
    func everyFault(_ site: Site) async throws {
        let program = try Program()
        let start = Timestamp("2025-02-20T07:13:00Z")!
        let end = Timestamp(milliseconds: start.milliseconds + site.days * 86_400_000)
        let building = SimulatedBuilding(
            seed: site.seed, pointCount: site.pointCount, range: TimeRange(from: start, to: end)!)
        let options = try FormOptions.parse(["--quiet"])
        let history = DemoHistory(
            building: building, path: program.store, options: options,
            reserve: try ReserveOption.parse([]))
        _ = try await history.write()
        let gaps = try rows(program, "gaps")
        let health = Dictionary(
            uniqueKeysWithValues: try rows(program, "health").map { ($0.point, $0) })
        #expect(health.count == building.points.count)
        #expect(Set(building.faults.map(\.kindName)).count == 6, "one of each kind at least")
        expectGaps(gaps, of: building, seed: site.seed)
        expectHealth(health, of: building, seed: site.seed)
    }

    private func rows(_ program: Program, _ command: String) throws -> [Row] {
        let result = try program.run(command, "--output", "json")
        #expect(result.status == 0, "\(result.errors)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Rows.self, from: Data(result.output.utf8)).rows
    }

    private func expectGaps(_ found: [Row], of building: SimulatedBuilding, seed: UInt64) {
        var rest = found
        for fault in building.faults {
            let reason: String
            switch fault.kind {
            case .gap(let own): reason = own
            case .deviceOutage: reason = "device_offline"
            case .stalled: reason = "unknown"
            case .stuck, .outOfRange, .badQuality: continue
            }
            for point in building.points(of: fault) {
                let place = rest.firstIndex { row in
                    row.point == point.name && row.reason == reason
                        && abs(row.from! - fault.range.from.milliseconds) <= Self.slack
                        && (fault.kind == .stalled
                            || abs(row.to! - fault.range.to.milliseconds) <= Self.slack)
                }
                #expect(place != nil, "seed \(seed): \(point.name): \(fault.description)")
                if let place { rest.remove(at: place) }
            }
        }
        #expect(rest.isEmpty, "seed \(seed): found and not planted: \(rest)")
    }

    private func expectHealth(
        _ found: [String: Row], of building: SimulatedBuilding, seed: UInt64
    ) {
        for (index, point) in building.points.enumerated() {
            guard let row = found[point.name] else {
                Issue.record("seed \(seed): \(point.name) has no row")
                continue
            }
            let faults = building.faults.filter { $0.subject == .point(index) }
            func count(_ kind: PlantedFault.Kind) -> Int {
                faults.filter { $0.kind == kind }
                    .reduce(0) { $0 + building.samples(of: index, in: $1.range).count }
            }
            let name = "seed \(seed): \(point.name)"
            #expect(row.stalled == faults.contains { $0.kind == .stalled }, "\(name)")
            #expect(row.outOfRange == count(.outOfRange), "\(name)")
            #expect(row.bad == count(.badQuality), "\(name)")
            if let stuck = faults.first(where: { $0.kind == .stuck }) {
                let length = stuck.range.to.milliseconds - stuck.range.from.milliseconds
                #expect(row.flat == 1, "\(name)")
                #expect(row.flatMs! >= length - Int64(point.intervalSeconds) * 1000 - Self.slack)
            } else if point.pointName.hasSuffix("_temp") {
                #expect(row.flat == 0, "\(name)")
            }
        }
    }
}

extension PlantedFault {
    /// Kinds of gaps count as one.
    fileprivate var kindName: String {
        if case .gap = kind { return "gap" }
        return "\(kind)"
    }
}

extension SimulatedBuilding {
    fileprivate func points(of fault: PlantedFault) -> [SimulatedPoint] {
        switch fault.subject {
        case .point(let index): [points[index]]
        case .device(let index): points.filter { $0.address.device == devices[index].deviceID }
        }
    }
}
