import AlmanacSimulation
import BACnetIP
import BACnetMessages
import BACnetSimulation
import BenchReport
import BuildingSimulation
import Foundation
import TimeSeriesModel

/// `bench requests`: how many requests a device gets for its points, by how much it takes. Counted at
/// the device, on a network in memory and virtual time: the same figures everywhere.
struct RequestsRun {
    private struct Case {
        let name: String
        let octetCountMax: Int
        let segmentation: Segmentation
        var hasReadPropertyMultiple = true

        var services: Set<ConfirmedService> {
            hasReadPropertyMultiple ? [.readProperty, .readPropertyMultiple] : [.readProperty]
        }
    }

    private static let cases = [
        Case(name: "1476, segments", octetCountMax: 1476, segmentation: .transmit),
        Case(name: "1476", octetCountMax: 1476, segmentation: .none),
        Case(name: "600 (T3 panel)", octetCountMax: 600, segmentation: .none),
        Case(name: "480 (MS/TP)", octetCountMax: 480, segmentation: .none),
        Case(name: "206, segments", octetCountMax: 206, segmentation: .transmit),
        Case(name: "206", octetCountMax: 206, segmentation: .none),
        Case(name: "128", octetCountMax: 128, segmentation: .none),
        Case(name: "50", octetCountMax: 50, segmentation: .none),
        Case(
            name: "1476, no ReadPropertyMultiple", octetCountMax: 1476, segmentation: .none,
            hasReadPropertyMultiple: false),
    ]

    private let resultPath: String?

    init(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(arguments, of: "requests", words: 0, options: ["--result"])
        resultPath = words.text("--result")
    }

    func run() throws {
        var table = ResultTable(
            labels: ["Octets that it accepts"],
            columns: [.init("list", decimals: 0)]
                + ["words", "values", "with flags"].flatMap { name in
                    [
                        .init(name, decimals: 0),
                        .init("\(name)/point", title: "per point", decimals: 2),
                    ]
                })
        var pointCount = 0
        for device in RequestsRun.cases {
            let field = Field(device.octetCountMax, device.segmentation, device.services)
            let counts = try field.count()
            pointCount = counts.pointCount
            var figures: [String: Double?] = ["list": Double(counts.list)]
            for (name, count) in [
                ("words", counts.names), ("values", counts.values), ("with flags", counts.flags),
            ] {
                figures[name] = Double(count)
                figures["\(name)/point"] = Double(count) / Double(pointCount)
            }
            table.append(device.name, figures: figures)
        }
        try Measured(
            data: "a simulated device of \(pointCount) points, counted at the device", table: table
        ).show(resultPath: resultPath)
    }
}

/// A device and a client on a network in memory.
private struct Field {
    struct Counts: Sendable {
        var pointCount = 0
        /// The object list, whole or by index.
        var list = 0
        /// Name, description, and unit, texts or number of states of each point.
        var names = 0
        /// Present values, once it is known how much the device takes.
        var values = 0
        /// Present values with status flags.
        var flags = 0
    }

    private let run: VirtualRun
    private let devices: SimulatedDevices
    private let client: BACnetClient
    private let address = DeviceAddress(node: IPv4Endpoint(10, 1, 0, 1))
    private let device: UInt32

    init(
        _ octetCountMax: Int, _ segmentation: Segmentation, _ services: Set<ConfirmedService>
    ) {
        let origin = Timestamp("2025-03-03T12:00:00Z")!
        run = VirtualRun(time: ManualTime(start: origin))
        let network = MemoryNetwork()
        var profile = DeviceProfile()
        profile.octetCountMax = octetCountMax
        profile.segmentation = segmentation
        profile.services = services
        devices = SimulatedDevices(
            of: SimulatedBuilding(
                pointCount: 50, range: TimeRange(from: origin, to: origin)!),
            time: SimulatedTime(origin: origin), clock: run.time, executor: run.executor,
            profile: { _ in profile })
        device = devices.instances[0]
        devices.start(device, over: network.transport(at: address.node))
        client = BACnetClient(
            ClientConfiguration(device: OwnDevice(instance: 900, name: "bench")),
            over: network.transport(at: IPv4Endpoint(10, 0, 0, 1)), clock: run.time,
            executor: run.executor)
    }

    func count() throws -> Counts {
        try run.run { try await countRequests() }
    }

    private func countRequests() async throws -> Counts {
        client.start()
        _ = try await client.whoIs()
        var counts = Counts()
        let own = ObjectIdentifier(.device, device)
        let objects = try await client.objectList(of: own, at: address).objects
        counts.list = requestCount
        let points = objects.filter { $0.type != .device && $0.type != .trendLog }
        counts.pointCount = points.count
        try await read(points) { Field.words(of: $0.type) }
        counts.names = requestCount - counts.list
        try await read(points) { _ in [.presentValue] }
        var before = requestCount
        try await read(points) { _ in [.presentValue] }
        counts.values = requestCount - before
        try await read(points) { _ in [.presentValue, .statusFlags] }
        before = requestCount
        try await read(points) { _ in [.presentValue, .statusFlags] }
        counts.flags = requestCount - before
        guard devices.statistics(of: device).openCountMax == 1 else {
            throw WrongAnswer("a device had two requests open at once")
        }
        await client.close()
        return counts
    }

    private var requestCount: Int { devices.statistics(of: device).requestCount }

    private static func words(of type: ObjectType) -> [PropertyIdentifier] {
        switch type {
        case .analogInput, .analogOutput, .analogValue: [.objectName, .description, .units]
        case .multiStateValue: [.objectName, .description, .numberOfStates]
        default: [.objectName, .description, .inactiveText, .activeText]
        }
    }

    /// Reads these properties of each object; each must have a value.
    private func read(
        _ objects: [ObjectIdentifier], _ properties: (ObjectIdentifier) -> [PropertyIdentifier]
    ) async throws {
        let targets = objects.flatMap { object in
            properties(object).map { ObjectProperty(object, $0) }
        }
        let found = await client.readProperties(targets, of: address)
        for target in targets {
            guard case .values(let values)? = found[target], !values.isEmpty else {
                throw WrongAnswer("\(target) has no value")
            }
        }
    }
}
