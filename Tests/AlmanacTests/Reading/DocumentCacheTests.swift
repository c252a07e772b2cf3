import TestSupport
import Testing

@testable import Almanac

// Each change of a point kept the parsed document: 36 MB after the definition of 100,000 points, which
// no one had read.
@Suite("DocumentCache") struct DocumentCacheTests {
    private let bench = ManagerBench()

    @Test("keeps what a read returned, and nothing that a change wrote")
    func changesKeepNothing() async throws {
        try await bench.filled { manager, _ in
            let before = manager.documents.entryCount
            let points = (1...50).map { number in
                MonitoringPoint(
                    address: PointAddress(device: 1201, type: .variable, number: number),
                    pointName: "variable \(number)", dataType: .analog)
            }
            try await manager.upsert(points)
            try await manager.upsert(points)
            #expect(manager.documents.entryCount == before)
            let read = try manager.points(of: 1201)
            #expect(read.count >= 50)
            #expect(manager.documents.entryCount >= before + 50)
        }
    }
}
