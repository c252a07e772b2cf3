import BACnetIP
import BACnetMessages
import BACnetSimulation
import BuildingSimulation
import Testing
import TimeSeriesModel

@Suite("Simulated devices, their notifications") struct ChangeTests {
    private static let address = Field.address(1001)
    /// The outdoor temperature, which is told by half a degree.
    private static let outdoor = ObjectIdentifier(.analogInput, 1)

    /// What should be told of the building's first point: its value at first, and then at each ten
    /// seconds at which it has moved by so much.
    private func expected(
        _ field: Field, _ span: Range<Int64>, increment: Float
    ) -> [Float] {
        var told: [Float] = []
        let origin = field.devices.time.origin.milliseconds
        for second in stride(from: span.lowerBound, to: span.upperBound, by: 10) {
            let moment = Timestamp(milliseconds: origin + second * 1000)
            guard let value = field.building.value(of: 0, at: moment).map(Float.init) else {
                continue
            }
            if let last = told.last, abs(value - last) < increment { continue }
            told.append(value)
        }
        return told
    }

    private func values(_ events: [COVNotification]) -> [Float] {
        events.compactMap { notification in
            guard case .real(let value)? = notification.values.first?.values.first else {
                return nil
            }
            return value
        }
    }

    /// The notifications of six hours from six in the morning on.
    private func watch(
        _ field: Field, _ options: SubscriptionOptions, property: PropertyIdentifier? = nil
    ) throws -> [COVNotification] {
        try field.go { client in
            try await field.sleep(until: .seconds(21_600))
            let subscription =
                if let property {
                    try await client.subscribe(
                        to: ObjectProperty(ChangeTests.outdoor, property), of: ChangeTests.address,
                        options: options)
                } else {
                    try await client.subscribe(
                        to: ChangeTests.outdoor, of: ChangeTests.address, options: options)
                }
            try await field.sleep(until: .seconds(43_200) - .milliseconds(1))
            let count = field.devices.statistics(of: 1001).notificationCount
            await client.close()
            var found: [COVNotification] = []
            // What came before the client was closed, and no more.
            for await event in subscription {
                if case .notification(let notification, _) = event { found.append(notification) }
            }
            #expect(found.count == count)
            return found
        }
    }

    @Test(
        "come when the value has moved by the increment, acknowledged or not",
        arguments: [false, true])
    func changes(isConfirmed: Bool) throws {
        let field = Field(deviceCount: 1)
        // Renewals tell again: a lifetime of two days has none.
        let options = SubscriptionOptions(lifetime: .seconds(172_800), isConfirmed: isConfirmed)
        let found = try watch(field, options)
        let expected = expected(field, 21_600..<43_200, increment: 0.5)
        #expect(values(found) == expected && expected.count >= 5)
        #expect(
            found.allSatisfy {
                $0.values.map(\.reference.property) == [.presentValue, .statusFlags]
            })
        #expect(found.first?.secondsLeft == 172_800)
    }

    @Test("of one property come by the subscriber's own increment")
    func property() throws {
        let field = Field(deviceCount: 1)
        let options = SubscriptionOptions(lifetime: .seconds(172_800), increment: 2)
        let found = try watch(field, options, property: .presentValue)
        let expected = expected(field, 21_600..<43_200, increment: 2)
        #expect(values(found) == expected && expected.count > 1)
    }

    @Test("of a state come with its change")
    func states() throws {
        let field = Field(deviceCount: 2)
        let address = Field.address(1002)
        let (fan, index) = try #require(
            field.points(of: 1002).first {
                field.building.points[$0.value].pointName == "supply_fan_status"
            })
        let found = try field.go { client in
            let subscription = try await client.subscribe(
                to: fan, of: address, options: SubscriptionOptions(lifetime: .seconds(172_800)))
            var found: [(Duration, TaggedValue?)] = []
            for await event in subscription {
                guard case .notification(let notification, let arrival) = event else { continue }
                found.append((arrival, notification.values.first?.values.first))
                if found.count == 3 { break }
            }
            return found
        }
        #expect(found.map(\.1) == [.enumerated(0), .enumerated(1), .enumerated(0)])
        for (arrival, value) in found {
            let moment = field.devices.time.moment(at: arrival)
            #expect(field.value(of: index, at: moment) == value)
            let before = Timestamp(milliseconds: moment.milliseconds - 10_000)
            #expect(arrival == .zero || field.value(of: index, at: before) != value)
        }
    }

    @Test("end with the lifetime, and are refused where there is no place or no value")
    func ends() throws {
        let field = Field(
            deviceCount: 1,
            adjust: { profile, _ in
                profile.subscriptionCountMax = 2
            })
        let refused: [ObjectIdentifier: ErrorReply] = [
            ObjectIdentifier(.analogInput, 3): ErrorReply(.resources, .noSpaceToAddListElement),
            ObjectIdentifier(.analogInput, 99): ErrorReply(.object, .unknownObject),
            ObjectIdentifier(.trendLog, 1): ErrorReply(.object, .optionalFunctionalityNotSupported),
        ]
        try field.go { client in
            let options = SubscriptionOptions(lifetime: .seconds(100))
            var kept: [COVSubscription] = []
            for number in [1, 2] as [UInt32] {
                kept.append(
                    try await client.subscribe(
                        to: ObjectIdentifier(.analogInput, number), of: ChangeTests.address,
                        options: options))
            }
            for (object, reply) in refused {
                do throws(RequestFailure) {
                    _ = try await client.subscribe(
                        to: object, of: ChangeTests.address, options: options)
                    Issue.record("\(object) was taken")
                } catch { #expect(error.reason == .error(reply)) }
            }
            try await field.sleep(until: .seconds(1_000))
            #expect(field.devices.subscriptionCount(of: 1001) == 2)
            await kept[0].cancel()
            #expect(field.devices.subscriptionCount(of: 1001) == 1)
        }
        try field.pass(until: .seconds(1_200))
        #expect(field.devices.subscriptionCount(of: 1001) == 0)
    }

    @Test("are refused with an increment that is none; by zero they tell what differs")
    func increments() throws {
        let field = Field(deviceCount: 1)
        let target = ObjectProperty(ChangeTests.outdoor, .presentValue)
        try field.go { client in
            for increment in [-1, .nan, .infinity] as [Float] {
                let failure = await #expect(throws: RequestFailure.self) {
                    _ = try await client.subscribe(
                        to: target, of: ChangeTests.address,
                        options: SubscriptionOptions(increment: increment))
                }
                #expect(failure?.reason == .error(ErrorReply(.property, .valueOutOfRange)))
            }
            let subscription = try await client.subscribe(
                to: target, of: ChangeTests.address,
                options: SubscriptionOptions(lifetime: .seconds(7_200), increment: 0))
            try await field.sleep(until: .seconds(3_600))
            await subscription.cancel()
            var values: [TaggedValue?] = []
            for await case .notification(let notification, _) in subscription {
                values.append(notification.values.first?.values.first)
            }
            #expect(values.count > 1)
            #expect(zip(values, values.dropFirst()).allSatisfy { $0 != $1 })
        }
    }

    @Test("are forgotten when the device restarts")
    func restart() throws {
        let field = Field(deviceCount: 1)
        try field.go { client in
            let subscription = try await client.subscribe(
                to: ChangeTests.outdoor, of: ChangeTests.address)
            #expect(field.devices.subscriptionCount(of: 1001) == 1)
            field.devices.restart(1001)
            #expect(field.devices.subscriptionCount(of: 1001) == 0)
            _ = subscription
        }
    }
}
