import AlmanacCollector
import BACnetIP
import BACnetMessages

extension DeviceProbe {
    /// So many points are read to learn how many fit into a request: four times what is asked for
    /// at a time where nothing is known.
    private static let pointCountMax = 100

    /// What the device takes at a time: as it says, and as it turns out.
    mutating func measureSizes(of device: DeviceDescription, _ objects: [ObjectIdentifier]) async {
        let found = device.found
        let points = objects.filter { $0.type.dataType != nil }.prefix(DeviceProbe.pointCountMax)
        let targets = points.flatMap { point in
            [PropertyIdentifier.presentValue, .statusFlags].map { ObjectProperty(point, $0) }
        }
        let start = SystemBACnetClock().uptime
        let outcomes = await client.readProperties(targets, of: found.address)
        let elapsed = SystemBACnetClock().uptime - start
        let values = points.map { DeviceProbe.value(of: $0, outcomes) }
        for point in points {
            guard case .failure(let failure)? = outcomes[ObjectProperty(point, .presentValue)],
                !failure.isAnswered
            else { continue }
            problems.append("\(failure)")
        }
        problems = problems.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        let size = client.batchSize(of: found.address)
        let isMultiple = !size.usesReadProperty
        report.sections.append(
            .init(
                "sizes",
                [
                    .init("max_apdu", found.octetCountMax.map { .name($0) } ?? .missing),
                    .init("segmentation", .text(device.found.segmentation.map { "\($0)" })),
                    .init(
                        "max_segments",
                        device.segmentCountMax.map { .name(Int(clamping: $0)) } ?? .missing),
                    .init("read_property_multiple", points.isEmpty ? .missing : .flag(isMultiple)),
                    .init(
                        "points_per_request",
                        points.isEmpty ? .missing : .name(DeviceProbe.pointCount(of: size, targets))
                    ),
                    .init("points_asked", .integer(points.count)),
                    .init("points_read", .integer(values.count { $0.isRead })),
                    .init("read_ms", .number(elapsed.milliseconds, places: 1)),
                ]))
        if !values.isEmpty { report.sections.append(.init("values", values.map(\.field))) }
    }

    private struct PointValue {
        let field: RowWriter.Field
        let isRead: Bool
    }

    /// What a point shows, with the status flags that are set; or why it shows nothing.
    private static func value(
        of point: ObjectIdentifier, _ outcomes: [ObjectProperty: PropertyOutcome]
    ) -> PointValue {
        var flags: String?
        if case .values(let values)? = outcomes[ObjectProperty(point, .statusFlags)],
            case .bits(let bits)? = values.first
        {
            flags = ValueText.words(StatusFlags(bits))
        }
        var value: Cell = .missing
        var problem: String?
        switch outcomes[ObjectProperty(point, .presentValue)] {
        case .values(let values)?: value = ValueText.cell(values)
        case .error(let error)?: problem = "\(error)"
        case .failure(let failure)?: problem = "\(failure.reason)"
        case nil: problem = "not asked"
        }
        return PointValue(
            field: .init(
                "\(point)",
                .fields([
                    .init("value", value), .init("flags", .text(flags)),
                    .init("problem", .text(problem)),
                ])), isRead: problem == nil)
    }

    /// Points with value and flags in a request of the size that has been learned.
    private static func pointCount(of size: BatchSize, _ targets: [ObjectProperty]) -> Int {
        guard case .readPropertyMultiple(let request)? = size.requests(for: targets).first else {
            return 1
        }
        return max(1, request.targets.count / 2)
    }

    /// A subscription to one analog point that is cancelled again.
    mutating func tryChangeOfValue(of found: FoundDevice, _ objects: [ObjectIdentifier]) async {
        let analogs: [ObjectType] = [.analogInput, .analogValue, .analogOutput]
        guard
            let point = analogs.lazy.compactMap({ type in objects.first { $0.type == type } }).first
        else { return }
        var fields: [RowWriter.Field] = [.init("object", .text("\(point)"))]
        do throws(RequestFailure) {
            let start = SystemBACnetClock().uptime
            let subscription = try await client.subscribe(
                to: point, of: found.address,
                options: SubscriptionOptions(lifetime: .seconds(60)))
            fields.append(.init("accepted", .flag(true)))
            let first = await DeviceProbe.first(of: subscription, within: link.settings.wait)
            // Every subscription begins with one: whether changes are told too, only time tells.
            fields.append(.init("first_notification", .flag(first != nil)))
            if let first {
                let elapsed = first.arrival - start
                fields.append(
                    .init("first_notification_after_ms", .number(elapsed.milliseconds, places: 1)))
                for value in first.notification.values {
                    let key = "\(value.reference)".map { $0 == "-" ? "_" : $0 }
                    fields.append(.init(String(key), ValueText.cell(value.values)))
                }
            }
        } catch {
            fields.append(.init("accepted", .flag(false)))
            fields.append(.init("reason", .text("\(error)")))
            if !error.isAnswered { problems.append("\(error)") }
        }
        report.sections.append(.init("change_of_value", fields))
    }

    private struct Notified {
        let notification: COVNotification
        let arrival: Duration
    }

    /// The first notification; the subscription has ended behind it.
    private static func first(
        of subscription: COVSubscription, within wait: Duration
    ) async -> Notified? {
        let timer = Task {
            try await Task.sleep(for: wait)
            await subscription.cancel()
        }
        for await event in subscription {
            guard case .notification(let notification, let arrival) = event else { continue }
            timer.cancel()
            await subscription.cancel()
            return Notified(notification: notification, arrival: arrival)
        }
        // The timer's own cancelling may still be under way.
        _ = await timer.result
        return nil
    }
}
