import BACnetIP
import BACnetMessages
import Testing

@Suite("BACnetClient, reading") struct ReadingTests {
    @Test("gives what a property is, from one question")
    func property() throws {
        let site = Site()
        site.device(TableDevice.inputs(1).answer)
        let values = try site.go { try await $0.readProperty(Site.point, of: Site.device) }
        #expect(values == [.real(1)])
        #expect(site.requests.count == 1 && site.uptime == .zero)
    }

    @Test("puts a question again with the same number, and says what it was when it gives up")
    func silence() throws {
        let site = Site()
        let failure = try site.go { client in
            await #expect(throws: RequestFailure.self) {
                try await client.readProperty(Site.point, of: Site.device)
            }
        }
        #expect(site.requests.map(\.at) == [.zero, .seconds(5), .seconds(10), .seconds(15)])
        #expect(Set(site.requests.map(\.pdu.invokeID)) == [100])
        #expect(failure?.reason == .silence(lastDropped: nil) && failure?.tries == 4)
        #expect(failure?.elapsed == .seconds(20) && failure?.device == Site.device)
        #expect(failure?.description.contains("analog-input,1 present-value") == true)
    }

    @Test("takes an answer from nobody but the device that was asked, and to nothing else")
    func strangers() throws {
        let site = Site()
        let other = ObjectProperty(ObjectIdentifier(.analogInput, 2), .presentValue)
        site.device { pdu in
            let device = TableDevice(properties: [:])
            let good = device.reply(
                .readProperty(ReadPropertyAck(Site.point, values: [.real(99)])), to: pdu)
            // From somebody else, then of another point, then right.
            site.send(good, from: IPv4Endpoint(10, 0, 0, 66))
            return [
                device.reply(.readProperty(ReadPropertyAck(other, values: [.real(2)])), to: pdu),
                device.reply(
                    .readProperty(ReadPropertyAck(Site.point, values: [.real(1)])), to: pdu),
            ]
        }
        let values = try site.go { try await $0.readProperty(Site.point, of: Site.device) }
        #expect(values == [.real(1)])
        #expect(site.client.droppedReplyCounts == [.otherContent: 1, .unasked: 1])
    }

    @Test("reads many properties in few questions, each with its own outcome")
    func many() throws {
        let site = Site()
        site.device(TableDevice.inputs(60).answer)
        let missing = ObjectProperty(ObjectIdentifier(.analogInput, 61), .presentValue)
        let targets = TableDevice.targets(60) + [missing]
        let found = try site.go { await $0.readProperties(targets, of: Site.device) }
        #expect(found.count == 61)
        for target in TableDevice.targets(60) {
            #expect(found[target] == .values([.real(Float(target.object.instance))]))
        }
        #expect(found[missing] == .error(TableDevice.unknown))
        #expect(site.requests.count == 2)
    }

    @Test("refuses what names several properties where one is meant, and asks for the rest")
    func selection() throws {
        let site = Site()
        site.device(TableDevice.inputs(2).answer)
        let all = ObjectProperty(ObjectIdentifier(.analogInput, 1), .all)
        let (found, reason) = try site.go { client in
            let found = await client.readProperties(
                [all] + TableDevice.targets(2), of: Site.device)
            let failure = await #expect(throws: RequestFailure.self) {
                _ = try await client.readProperty(all, of: Site.device)
            }
            return (found, failure?.reason)
        }
        #expect(reason == .refused(.selectsSeveral(all)))
        guard case .failure(let failure)? = found[all] else {
            Issue.record("\(found)")
            return
        }
        #expect(
            failure.description.contains(
                "read analog-input,1 all: not sent, all names several properties"))
        for target in TableDevice.targets(2) {
            #expect(found[target] == .values([.real(Float(target.object.instance))]))
        }
        #expect(site.requests.map(\.pdu.service) == [.readPropertyMultiple])
    }

    @Test("goes on in smaller questions where a device says meanwhile that it takes less")
    func shrinks() throws {
        let site = Site()
        let device = TableDevice.inputs(200)
        let count = Count()
        site.device { pdu in
            if count.next() == 0 {
                let iAm = IAmRequest(
                    device: ObjectIdentifier(.device, 7), maxAPDU: 128, segmentation: .none,
                    vendor: 1)
                site.send(.unconfirmedRequest(.iAm(iAm)))
            }
            return device.answer(pdu)
        }
        let targets = TableDevice.targets(200)
        let found = try site.go { await $0.readProperties(targets, of: Site.device) }
        for target in targets {
            #expect(found[target] == .values([.real(Float(target.object.instance))]))
        }
        #expect(site.requests.dropFirst(2).allSatisfy { $0.pdu.octets.count + 4 <= 128 })
    }

    @Test("halves what is too much for a device, and keeps to what it has learned")
    func tooMuch() throws {
        let site = Site()
        var device = TableDevice.inputs(60)
        device.propertyCountMax = 10
        site.device(device.answer)
        let targets = TableDevice.targets(60)
        let (found, first) = try site.go { client in
            #expect(client.batchSize(of: Site.device).propertyCountMax == 50)
            let found = await client.readProperties(targets, of: Site.device)
            #expect(client.batchSize(of: Site.device).propertyCountMax == 6)
            let first = site.requests.count
            _ = await client.readProperties(targets, of: Site.device)
            return (found, first)
        }
        #expect(found.values.allSatisfy { if case .values = $0 { true } else { false } })
        // 50, 25 and 12 are refused, ten of six are not; the second time nothing is refused.
        #expect(first == 13 && site.requests.count == 23)
    }

    @Test("asks one by one a device that knows no ReadPropertyMultiple, from then on")
    func singly() throws {
        let site = Site()
        var device = TableDevice.inputs(5)
        device.hasReadPropertyMultiple = false
        site.device(device.answer)
        let targets = TableDevice.targets(5)
        let found = try site.go { client in
            _ = await client.readProperties(targets, of: Site.device)
            return await client.readProperties(targets, of: Site.device)
        }
        #expect(found.values.allSatisfy { if case .values = $0 { true } else { false } })
        #expect(site.requests.count { $0.pdu.service == .readPropertyMultiple } == 1)
        #expect(site.requests.count { $0.pdu.service == .readProperty } == 10)
    }

    @Test("loses one property to a device that refuses a whole request because of it")
    func oneBad() throws {
        let site = Site()
        let device = TableDevice.inputs(16)
        let bad = TableDevice.targets(16)[6]
        site.device { pdu in
            let targets = (try? ReadPropertyMultipleRequest(decoding: pdu.octets))?.targets
            let single = try? ReadPropertyRequest(decoding: pdu.octets)
            let isBad =
                pdu.service == .readPropertyMultiple
                ? targets!.contains(bad) : single!.target == bad
            return isBad
                ? [.error(invokeID: pdu.invokeID, pdu.service, ErrorReply(.device, .other))]
                : device.answer(pdu)
        }
        let found = try site.go {
            await $0.readProperties(TableDevice.targets(16), of: Site.device)
        }
        #expect(found[bad] == .error(ErrorReply(.device, .other)))
        #expect(found.values.count { if case .values = $0 { true } else { false } } == 15)
        #expect(site.requests.count == 9)
    }

    @Test("does not ask on when a device has fallen silent")
    func away() throws {
        let site = Site()
        let found = try site.go {
            await $0.readProperties(TableDevice.targets(200), of: Site.device)
        }
        #expect(found.count == 200)
        for outcome in found.values {
            guard case .failure(let failure) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
            #expect(failure.reason == .silence(lastDropped: nil))
        }
        // The batch, and its first property alone, four times each; its last one once.
        #expect(site.requests.count == 9 && site.uptime == .seconds(45))
    }

    @Test("asks for less where a device is silent to what is too long")
    func silentToSize() throws {
        let site = Site()
        let device = TableDevice.inputs(40)
        site.device { pdu in
            let targets = (try? ReadPropertyMultipleRequest(decoding: pdu.octets))?.targets
            return pdu.service == .readPropertyMultiple && targets!.count > 20
                ? [] : device.answer(pdu)
        }
        let found = try site.go {
            await $0.readProperties(TableDevice.targets(40), of: Site.device)
        }
        #expect(found.values.allSatisfy { if case .values = $0 { true } else { false } })
    }

    @Test("ends where great requests go unanswered and the first property is an error")
    func silentBehindError() throws {
        let site = Site()
        let device = TableDevice.inputs(40)
        site.device { pdu in
            let targets = (try? ReadPropertyMultipleRequest(decoding: pdu.octets))?.targets
            return pdu.service == .readPropertyMultiple && targets!.count > 5
                ? [] : device.answer(pdu)
        }
        let missing = ObjectProperty(ObjectIdentifier(.analogInput, 99), .presentValue)
        let found = try site.go {
            await $0.readProperties([missing] + TableDevice.targets(40), of: Site.device)
        }
        #expect(found[missing] == .error(TableDevice.unknown))
        #expect(found.values.count { if case .values = $0 { true } else { false } } == 40)
    }

    @Test("loses one property whose value cannot be read, and none beside it")
    func unreadable() throws {
        let site = Site()
        let device = TableDevice.inputs(10)
        let bad = TableDevice.targets(10)[3]
        site.device { pdu in
            let targets =
                (try? ReadPropertyMultipleRequest(decoding: pdu.octets))?.targets
                ?? (try? ReadPropertyRequest(decoding: pdu.octets)).map { [$0.target] } ?? []
            guard targets.contains(bad) else { return device.answer(pdu) }
            return [
                .complexAck(
                    ReplyPDU(invokeID: pdu.invokeID, service: pdu.service, octets: [0x3E, 0x44]))
            ]
        }
        let found = try site.go {
            await $0.readProperties(TableDevice.targets(10), of: Site.device)
        }
        for target in TableDevice.targets(10) where target != bad {
            #expect(found[target] == .values([.real(Float(target.object.instance))]))
        }
        guard case .failure(let failure)? = found[bad] else {
            Issue.record("\(String(describing: found[bad]))")
            return
        }
        #expect(failure.reason == .silence(lastDropped: .malformed))
    }

    @Test("says why where no element of an object list can be read")
    func unreadableList() throws {
        let site = Site()
        let object = ObjectIdentifier(.device, 7)
        var device = TableDevice(properties: [:])
        device.properties[ObjectProperty(object, .objectList, index: 0)] = [.unsigned(30)]
        site.device(device.answer)
        let failure = try site.go { client in
            await #expect(throws: RequestFailure.self) {
                try await client.objectList(of: object, at: Site.device)
            }
        }
        #expect(failure?.reason == .error(TableDevice.unknown))
    }

    @Test("reads an object list as a whole, or by index where the whole is too great")
    func objectList() throws {
        let object = ObjectIdentifier(.device, 7)
        let objects = (1...30).map { ObjectIdentifier(.analogInput, UInt32($0)) }
        for isWhole in [true, false] {
            let site = Site()
            var device = TableDevice(properties: [:])
            device.properties[ObjectProperty(object, .objectList)] = objects.map { .object($0) }
            device.properties[ObjectProperty(object, .objectList, index: 0)] = [.unsigned(30)]
            for (index, element) in objects.enumerated() {
                let target = ObjectProperty(object, .objectList, index: UInt32(index + 1))
                device.properties[target] = [.object(element)]
            }
            let table = device
            site.device { pdu in
                let request = try? ReadPropertyRequest(decoding: pdu.octets)
                if !isWhole, pdu.service == .readProperty, request!.target.reference.index == nil {
                    return [
                        .abort(
                            invokeID: pdu.invokeID, .segmentationNotSupported, byServer: true)
                    ]
                }
                return table.answer(pdu)
            }
            let (first, second) = try site.go { client in
                let first = try await client.objectList(of: object, at: Site.device)
                #expect(client.readsObjectListByIndex(of: Site.device) == !isWhole)
                return (first, try await client.objectList(of: object, at: Site.device))
            }
            #expect(first.objects == objects && second.objects == objects)
            #expect(first.isComplete && first.statedCount == 30)
            // The whole is not asked for a second time where it failed.
            let wholes = site.requests.count { entry in
                guard entry.pdu.service == .readProperty else { return false }
                return (try? ReadPropertyRequest(decoding: entry.pdu.octets))?
                    .target.reference.index == nil
            }
            #expect(wholes == (isWhole ? 2 : 1))
        }
    }

    @Test("asks for half of a range where all of it is too great")
    func range() throws {
        let site = Site()
        let target = ObjectProperty(ObjectIdentifier(.trendLog, 1), .logBuffer)
        site.device { pdu in
            guard let request = try? ReadRangeRequest(decoding: pdu.octets),
                case .bySequence(let first, let count) = request.range
            else { return [] }
            guard count <= 30 else {
                return [.abort(invokeID: pdu.invokeID, .bufferOverflow, byServer: true)]
            }
            let ack = ReadRangeAck(
                request.target, hasFirst: false, hasLast: false, moreFollow: false,
                itemCount: 0, items: [], firstSequence: first)
            return [TableDevice(properties: [:]).reply(.readRange(ack), to: pdu)]
        }
        let ack = try site.go {
            try await $0.readRange(.bySequence(17, count: 100), of: target, at: Site.device)
        }
        #expect(ack.firstSequence == 17)
        #expect(site.requests.count == 3)
    }

    @Test("ends a question whose task is cancelled, and everything when it is closed")
    func endings() throws {
        let site = Site()
        let reasons = try site.go { client in
            let asking = site.task {
                await #expect(throws: RequestFailure.self) {
                    try await client.readProperty(Site.point, of: Site.device)
                }?.reason
            }
            let second = site.task {
                await #expect(throws: RequestFailure.self) {
                    try await client.readProperty(Site.point, of: Site.device)
                }?.reason
            }
            try await site.sleep(until: .seconds(1))
            asking.cancel()
            let first = await asking.value
            await client.close()
            return [first, await second.value]
        }
        #expect(reasons == [.cancelled, .closed])
        #expect(site.uptime == .seconds(1))
        #expect(site.client.openCount == 0 && site.client.waitingCount == 0)
    }
}
