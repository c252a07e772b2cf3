import BACnetIP
import BACnetMessages
import Testing

@Suite("BACnetClient, subscriptions") struct SubscriptionTests {
    private static let object = ObjectIdentifier(.analogInput, 1)

    private static func notification(
        _ value: Float, process: UInt32 = 1, object: ObjectIdentifier = object
    ) -> COVNotification {
        COVNotification(
            process: process, device: ObjectIdentifier(.device, 7), object: object,
            secondsLeft: 300,
            values: [.init(PropertyReference(.presentValue), [.real(value)])])
    }

    private func subscriptions(_ site: Site) -> [(at: Duration, request: SubscribeCOVRequest)] {
        site.requests.compactMap { entry in
            guard let request = try? SubscribeCOVRequest(decoding: entry.pdu.octets) else {
                return nil
            }
            return (entry.at, request)
        }
    }

    @Test("renews at half its time, tells what it hears, and cancels in the device")
    func renewal() throws {
        let site = Site()
        site.device { [.simpleAck(invokeID: $0.invokeID, $0.service)] }
        let events = try site.go { client in
            let subscription = try await client.subscribe(
                to: SubscriptionTests.object, of: Site.device,
                options: SubscriptionOptions(lifetime: .seconds(300)))
            site.send(.unconfirmedRequest(.covNotification(SubscriptionTests.notification(20.5))))
            try await site.sleep(until: .seconds(310))
            await subscription.cancel()
            var events: [COVEvent] = []
            for await event in subscription { events.append(event) }
            try await site.sleep(until: .seconds(1000))
            return events
        }
        #expect(
            events == [
                .notification(SubscriptionTests.notification(20.5), arrival: .zero), .renewed,
                .renewed,
            ])
        let asked = subscriptions(site)
        #expect(asked.map(\.at) == [0, 150, 300, 310].map { .seconds($0) })
        let terms = SubscriptionTerms(isConfirmed: false, lifetimeSeconds: 300)
        #expect(asked.map(\.request.terms) == [terms, terms, terms, nil])
        #expect(Set(asked.map(\.request.process)) == [1])
    }

    @Test("says when a renewal fails, and when it has worked again")
    func failedRenewal() throws {
        let site = Site()
        site.device { pdu in
            (100...200).contains(site.uptime / .seconds(1))
                ? [] : [.simpleAck(invokeID: pdu.invokeID, pdu.service)]
        }
        let events = try site.go { client in
            let subscription = try await client.subscribe(
                to: SubscriptionTests.object, of: Site.device,
                options: SubscriptionOptions(lifetime: .seconds(240)))
            try await site.sleep(until: .seconds(260))
            await subscription.cancel()
            var events: [COVEvent] = []
            for await event in subscription { events.append(event) }
            return events
        }
        #expect(events.count == 3)
        guard case .renewalFailed(let failure)? = events.first else {
            Issue.record("\(events)")
            return
        }
        #expect(failure.reason == .silence(lastDropped: nil))
        #expect(events.last == .renewed)
        // At half the time and twice an eighth later, each after 20 s of silence but the last.
        let starts = Set(subscriptions(site).map { $0.at / .seconds(1) }).sorted()
        #expect(starts == [0, 120, 125, 130, 135, 170, 175, 180, 185, 220, 260])
    }

    @Test("acknowledges confirmed notifications that it wants, and refuses the others")
    func confirmed() throws {
        let site = Site()
        site.device { [.simpleAck(invokeID: $0.invokeID, $0.service)] }
        let other = ObjectIdentifier(.analogInput, 2)
        let values = try site.go { client in
            let subscription = try await client.subscribe(
                to: SubscriptionTests.object, of: Site.device)
            let notifications = [
                SubscriptionTests.notification(1), SubscriptionTests.notification(2, process: 7),
                SubscriptionTests.notification(3, object: other),
            ]
            for (index, notification) in notifications.enumerated() {
                site.send(
                    .confirmedRequest(
                        RequestPDU(
                            invokeID: UInt8(index), service: .confirmedCOVNotification,
                            octets: notification.encoded)))
            }
            // The right one from another address.
            site.send(
                .unconfirmedRequest(.covNotification(notifications[0])),
                from: IPv4Endpoint(10, 0, 0, 66))
            await subscription.cancel()
            var values: [[TaggedValue]] = []
            for await case .notification(let notification, _) in subscription {
                values += notification.values.map(\.values)
            }
            return values
        }
        #expect(values == [[.real(1)]])
        let unknown = ErrorReply(.services, .unknownSubscription)
        let answers = site.sentAPDUs.map(\.apdu).filter { apdu in
            if case .message(.confirmedRequest) = apdu { false } else { true }
        }
        #expect(
            answers == [
                .message(.simpleAck(invokeID: 0, .confirmedCOVNotification)),
                .message(.error(invokeID: 1, .confirmedCOVNotification, unknown)),
                .message(.error(invokeID: 2, .confirmedCOVNotification, unknown)),
            ])
        #expect(site.client.droppedCounts == [.unknownSubscription: 3])
    }

    @Test("hands a property's subscription what speaks of that property")
    func property() throws {
        let site = Site()
        site.device { [.simpleAck(invokeID: $0.invokeID, $0.service)] }
        let target = ObjectProperty(SubscriptionTests.object, .reliability)
        let count = try site.go { client in
            let subscription = try await client.subscribe(
                to: target, of: Site.device, options: SubscriptionOptions(increment: 0.5))
            site.send(.unconfirmedRequest(.covNotification(SubscriptionTests.notification(1))))
            var speaks = SubscriptionTests.notification(1)
            speaks.values[0].reference = target.reference
            site.send(.unconfirmedRequest(.covNotification(speaks)))
            await subscription.cancel()
            var count = 0
            for await _ in subscription { count += 1 }
            return count
        }
        #expect(count == 1)
        let request = try SubscribeCOVPropertyRequest(decoding: site.requests[0].pdu.octets)
        #expect(request.target == target && request.increment == 0.5)
    }

    @Test("keeps the newest events where nobody takes them, and counts the rest")
    func overflow() throws {
        let site = Site(configure: { $0.notificationCountMax = 3 })
        site.device { [.simpleAck(invokeID: $0.invokeID, $0.service)] }
        let (count, dropped) = try site.go { client in
            let subscription = try await client.subscribe(
                to: SubscriptionTests.object, of: Site.device)
            for value in 0..<10 {
                site.send(
                    .unconfirmedRequest(
                        .covNotification(SubscriptionTests.notification(Float(value)))))
            }
            await subscription.cancel()
            var count = 0
            for await _ in subscription { count += 1 }
            return (count, subscription.droppedCount)
        }
        #expect(count == 3 && dropped == 7)
    }

    @Test("ends with its client, for whoever waits for events")
    func close() throws {
        let site = Site()
        site.device { [.simpleAck(invokeID: $0.invokeID, $0.service)] }
        let reason = try site.go { client in
            let subscription = try await client.subscribe(
                to: SubscriptionTests.object, of: Site.device)
            let ending = site.task { for await _ in subscription {} }
            await client.close()
            await ending.value
            let failure = await #expect(throws: RequestFailure.self) {
                _ = try await client.subscribe(to: SubscriptionTests.object, of: Site.device)
            }
            return failure?.reason
        }
        #expect(reason == .closed && site.uptime == .zero)
    }

    @Test("asks for what stays where the shorter of two goes, cancelled or dropped")
    func shorter() throws {
        let site = Site()
        site.device { [.simpleAck(invokeID: $0.invokeID, $0.service)] }
        try site.go { client in
            func subscribe(_ seconds: Int) async throws -> COVSubscription {
                try await client.subscribe(
                    to: SubscriptionTests.object, of: Site.device,
                    options: SubscriptionOptions(lifetime: .seconds(seconds)))
            }
            let long = try await subscribe(600)
            let short = try await subscribe(60)
            await short.cancel()
            _ = try await subscribe(70)
            try await site.sleep(until: .seconds(1))
            await long.cancel()
        }
        let terms = subscriptions(site).map(\.request.terms?.lifetimeSeconds)
        #expect(terms == [600, 60, 600, 70, 600, nil])
    }

    @Test("lasts for a loop that has nothing else of it, and ends in the device behind it")
    func loop() throws {
        let site = Site()
        site.device { pdu in
            site.task {
                try? await site.sleep(until: site.uptime + .seconds(5))
                site.send(
                    .unconfirmedRequest(.covNotification(SubscriptionTests.notification(1))))
            }
            return [.simpleAck(invokeID: pdu.invokeID, pdu.service)]
        }
        let count = try site.go { client in
            var count = 0
            for await _ in try await client.subscribe(to: SubscriptionTests.object, of: Site.device)
            {
                count += 1
                break
            }
            try await site.sleep(until: .seconds(6))
            return count
        }
        #expect(count == 1)
        #expect(subscriptions(site).map { $0.request.terms == nil } == [false, true])
    }

    @Test("ends in the device from a cancelled task too")
    func cancelledTask() throws {
        let site = Site()
        site.device { [.simpleAck(invokeID: $0.invokeID, $0.service)] }
        try site.go { client in
            let subscription = try await client.subscribe(
                to: SubscriptionTests.object, of: Site.device)
            let cleaner = site.task {
                while !Task.isCancelled { await Task.yield() }
                await subscription.cancel()
            }
            cleaner.cancel()
            await cleaner.value
        }
        #expect(subscriptions(site).map { $0.request.terms == nil } == [false, true])
    }

    @Test("cancels in the device what nobody here has any more, and nothing else")
    func several() throws {
        let site = Site()
        site.device { [.simpleAck(invokeID: $0.invokeID, $0.service)] }
        let target = ObjectProperty(SubscriptionTests.object, .reliability)
        try site.go { client in
            let first = try await client.subscribe(to: SubscriptionTests.object, of: Site.device)
            let second = try await client.subscribe(to: SubscriptionTests.object, of: Site.device)
            let property = try await client.subscribe(to: target, of: Site.device)
            await first.cancel()
            #expect(site.requests.count == 3)
            await property.cancel()
            #expect(site.requests.map(\.pdu.service).last == .subscribeCOVProperty)
            await second.cancel()
            #expect(site.requests.map(\.pdu.service).last == .subscribeCOV)
        }
        #expect(site.requests.count == 5)
    }

    @Test("fails where the device refuses, and leaves nothing behind")
    func refusal() throws {
        let site = Site()
        let error = ErrorReply(.services, .covSubscriptionFailed)
        site.device { [.error(invokeID: $0.invokeID, $0.service, error)] }
        let reason = try site.go { client in
            let failure = await #expect(throws: RequestFailure.self) {
                _ = try await client.subscribe(to: SubscriptionTests.object, of: Site.device)
            }
            site.send(.unconfirmedRequest(.covNotification(SubscriptionTests.notification(1))))
            try await site.sleep(until: .seconds(1000))
            return failure?.reason
        }
        #expect(reason == .error(error) && site.requests.count == 1)
        #expect(site.client.droppedCounts == [.unknownSubscription: 1])
    }
}
