import AlmanacCollector
import BACnetIP
import BACnetMessages

/// Everything that one asks of a device that makes trouble, step by step: a step that fails says so,
/// and the next is taken.
struct DeviceProbe {
    let link: FieldLink
    let watch: IntroductionWatch
    var report = SectionReport()
    /// What could not be had, in words.
    var problems: [String] = []

    var client: BACnetClient { link.client }

    init(_ link: FieldLink, watch: IntroductionWatch) {
        self.link = link
        self.watch = watch
    }

    /// - Throws: with `unavailable` where the device does not answer at all.
    mutating func run(_ target: DeviceTarget) async throws(ToolFailure) {
        let found = try await DeviceSearch(link: link).find(target)
        let device = await DeviceReader(client: client).readDeviceObject(of: found)
        addIntroduction(of: device)
        guard device.problems.isEmpty else {
            problems += device.problems
            return
        }
        report.sections.append(.init("device", DeviceProbe.fields(of: device)))
        let objects = await readObjectList(of: found)
        await measureSizes(of: device, objects)
        await tryChangeOfValue(of: found, objects)
        await readLogs(of: found, objects)
        await readClock(of: found)
    }

    private mutating func addIntroduction(of device: DeviceDescription) {
        let found = device.found
        let introduction = watch.introduction(of: found.instance)
        report.sections.append(
            .init(
                "who_is",
                [
                    .init("instance", .name(Int(found.instance))),
                    .init("address", .text(found.address.text)),
                    .init("answered", .flag(introduction != nil)),
                    .init(
                        "round_trip_ms", .number(introduction?.roundTrip.milliseconds, places: 1)),
                    .init("by_broadcast", introduction.map { .flag($0.isBroadcast) } ?? .missing),
                    .init("vendor_id", found.vendor.map { .name(Int($0)) } ?? .missing),
                ]))
    }

    private static func fields(of device: DeviceDescription) -> [RowWriter.Field] {
        func number(_ number: UInt64?) -> Cell {
            number.map { .name(Int(clamping: $0)) } ?? .missing
        }
        return [
            .init("name", .text(device.name)), .init("description", .text(device.description)),
            .init("vendor", .text(device.vendorName)), .init("model", .text(device.model)),
            .init("firmware", .text(device.firmware)), .init("software", .text(device.software)),
            .init("serial_number", .text(device.serialNumber)),
            .init("status", .text(device.status.map(statusText))),
            .init("protocol_revision", number(device.revision)),
            .init("database_revision", number(device.databaseRevision)),
            .init("profile", .text(device.isPanel ? "t3" : "generic")),
        ]
    }

    /// BACnetDeviceStatus (clause 21).
    private static func statusText(_ number: UInt64) -> String {
        let names = [
            "operational", "operational-read-only", "download-required", "download-in-progress",
            "non-operational", "backup-in-progress",
        ]
        return number < UInt64(names.count) ? names[Int(number)] : "status \(number)"
    }

    private mutating func readObjectList(of found: FoundDevice) async -> [ObjectIdentifier] {
        let start = SystemBACnetClock().uptime
        do throws(RequestFailure) {
            let list = try await client.objectList(of: found.object, at: found.address)
            let objects = list.objects
            let elapsed = SystemBACnetClock().uptime - start
            var counts: [ObjectType: Int] = [:]
            for object in objects { counts[object.type, default: 0] += 1 }
            let types = counts.sorted { $0.key.rawValue < $1.key.rawValue }
                .map { RowWriter.Field("\($0.key)", .integer($0.value)) }
            let isByIndex = client.readsObjectListByIndex(of: found.address)
            report.sections.append(
                .init(
                    "objects",
                    [
                        .init("count", .integer(objects.count)),
                        .init("stated", list.statedCount.map { .integer($0) } ?? .missing),
                        .init("read", .text(isByIndex ? "by index" : "as a whole")),
                        .init("read_ms", .number(elapsed.milliseconds, places: 1)),
                        .init("types", .fields(types)),
                    ]))
            if !list.isComplete { problems.append("\(found.address), \(list)") }
            return objects
        } catch {
            fail("objects", error)
            return []
        }
    }

    /// A step that failed is told where it would stand, and at the end.
    mutating func fail(_ section: String, _ failure: RequestFailure) {
        report.sections.append(.init(section, [.init("problem", .text("\(failure)"))]))
        problems.append("\(failure)")
    }
}

extension Duration {
    var milliseconds: Double { self / .milliseconds(1) }
}
