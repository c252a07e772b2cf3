import BACnetIP
import BACnetMessages
import Testing

@Suite("BACnetClient as a foreign device") struct ForeignTests {
    private static let manager = IPv4Endpoint(10, 9, 9, 9)

    /// A BBMD that answers registrations while `answers` says so.
    private func manager(
        _ site: Site, _ code: BVLCResultCode = .success,
        while answers: @escaping @Sendable (Duration) -> Bool = { _ in true }
    ) {
        site.node(at: ForeignTests.manager) { message, _ in
            guard case .registerForeignDevice = message, answers(site.uptime) else { return [] }
            return [.result(code)]
        }
    }

    private func registrations(_ site: Site) -> [Duration] {
        site.sent.compactMap { entry in
            if case .registerForeignDevice(timeToLiveSeconds: 60) = entry.message {
                entry.at
            } else {
                nil
            }
        }
    }

    @Test("registers at once and again at half its time")
    func renewal() throws {
        let site = Site(broadcastManager: ForeignTests.manager)
        manager(site)
        let state = try site.go { client in
            try await site.sleep(until: .seconds(100))
            return client.registration
        }
        #expect(state == .registered)
        #expect(registrations(site) == [0, 30, 60, 90].map { .seconds($0) })
    }

    @Test("asks again for ever where there is no answer, and says that it is not registered")
    func silence() throws {
        let site = Site(broadcastManager: ForeignTests.manager)
        manager(site) { $0 < .seconds(20) || $0 > .seconds(400) }
        let states = try site.go { client in
            var states: [RegistrationState?] = []
            for second in [1, 89, 91, 399, 470] {
                try await site.sleep(until: .seconds(second))
                states.append(client.registration)
            }
            return states
        }
        #expect(states == [.registered, .registered, .lost, .lost, .registered])
        let times = registrations(site).map { $0 / .seconds(1) }
        #expect(times.prefix(8) == [0, 30, 35, 45, 65, 105, 165, 225])
    }

    @Test("broadcasts through the BBMD, and waits for its word before it does")
    func search() throws {
        let site = Site(broadcastManager: ForeignTests.manager)
        manager(site) { $0 >= .seconds(5) }
        _ = try site.go { try await $0.whoIs() }
        let asked = site.sent.filter { entry in
            if case .distributeBroadcastToNetwork = entry.message {
                entry.destination == ForeignTests.manager
            } else {
                false
            }
        }
        #expect(asked.map(\.at) == [.seconds(5)])
        #expect(site.uptime == .seconds(8))
    }

    @Test("says so where the BBMD refuses or is silent")
    func refusal() throws {
        for code in [BVLCResultCode.registerForeignDeviceRefused, nil] {
            let site = Site(broadcastManager: ForeignTests.manager)
            if let code { manager(site, code) }
            let failure = try site.go { client in
                await #expect(throws: DiscoveryFailure.self) { try await client.whoIs() }
            }
            #expect(failure == .notRegistered(code.map { .refused($0) } ?? .pending))
            #expect(site.uptime == .seconds(15))
        }
    }

    @Test("takes a device's address from what the BBMD passes on, and from nobody else")
    func forwarded() throws {
        let site = Site(broadcastManager: ForeignTests.manager)
        let request = IAmRequest(
            device: ObjectIdentifier(.device, 7), maxAPDU: 480, segmentation: .none, vendor: 1)
        let iAm = NPDU(.apdu(APDU.unconfirmedRequest(.iAm(request)).encoded)).encoded
        site.node(at: ForeignTests.manager) { message, _ in
            switch message {
            case .registerForeignDevice: return [.result(.success)]
            case .distributeBroadcastToNetwork:
                return [.forwardedNPDU(origin: Site.deviceNode, npdu: iAm)]
            default: return []
            }
        }
        let liar = site.network.transport(at: IPv4Endpoint(10, 6, 6, 6))
        let found = try site.go { client in
            liar.send(BVLCMessage.result(.registerForeignDeviceRefused).encoded, to: client.own)
            liar.send(
                BVLCMessage.forwardedNPDU(origin: IPv4Endpoint(10, 6, 6, 7), npdu: iAm).encoded,
                to: client.own)
            return try await client.whoIs()
        }
        #expect(found.map(\.address) == [Site.device])
        #expect(site.client.droppedCounts == [.spoofed: 2])
    }

    @Test("asks again where the BBMD has forgotten it, and once only")
    func forgotten() throws {
        let site = Site(broadcastManager: ForeignTests.manager)
        let count = Count()
        site.node(at: ForeignTests.manager) { message, _ in
            switch message {
            case .registerForeignDevice: return [.result(.success)]
            case .distributeBroadcastToNetwork:
                count.next()
                return [.result(.distributeBroadcastRefused)]
            default: return []
            }
        }
        let found = try site.go { try await $0.whoIs() }
        #expect(found.isEmpty && count.now == 2)
    }

    @Test("believes no stranger who passes something on, and answers nobody at port 0")
    func strangers() throws {
        let site = Site()
        let liar = site.network.transport(at: IPv4Endpoint(10, 6, 6, 6))
        let whoIs = NPDU(.apdu(APDU.unconfirmedRequest(.whoIs(WhoIsRequest())).encoded)).encoded
        let device = TableDevice.inputs(1)
        let values = try site.go { client in
            let own = client.own
            let everybody = IPv4Endpoint(address: 0x7FFF_FFFF, port: own.port)
            site.device { pdu in
                let lie = device.reply(
                    .readProperty(ReadPropertyAck(Site.point, values: [.real(99)])), to: pdu)
                let octets = BVLCMessage.forwardedNPDU(
                    origin: Site.deviceNode, npdu: NPDU(.apdu(lie.encoded)).encoded
                ).encoded
                liar.send(octets, to: own)
                liar.send(octets, to: everybody)
                return device.answer(pdu)
            }
            for port: UInt16 in [0, 47808] {
                let origin = IPv4Endpoint(10, 6, 6, 7, port: port)
                liar.send(
                    BVLCMessage.forwardedNPDU(origin: origin, npdu: whoIs).encoded, to: everybody)
            }
            return try await client.readProperty(Site.point, of: Site.device)
        }
        #expect(values == [.real(1)])
        #expect(site.client.droppedCounts == [.spoofed: 3])
        // Nothing proves that the one who is named has asked: everybody is told, and once.
        let introduced = site.sentAPDUs.compactMap { entry in
            if case .message(.unconfirmedRequest(.iAm)) = entry.apdu { entry.at } else { nil }
        }
        #expect(introduced.count == 1)
        #expect(!site.sent.contains { $0.destination.address == 0x0A06_0607 })
        #expect(site.sent.count { $0.destination.address == 0x7FFF_FFFF } == 1)
    }

    @Test("ends and holds back no question at the word of who passes something on")
    func forwardedRefusal() throws {
        let site = Site()
        let liar = site.network.transport(at: IPv4Endpoint(10, 6, 6, 6))
        let station = DeviceAddress(
            node: Site.deviceNode, station: NetworkAddress(network: 2001, station: [1]))
        let device = TableDevice.inputs(1)
        let values = try site.go { client in
            let everybody = IPv4Endpoint(address: 0x7FFF_FFFF, port: client.own.port)
            site.device { pdu in
                for message in [
                    NetworkMessage.rejectMessageToNetwork(.noRoute, 2001),
                    .routerBusyToNetwork([2001]),
                ] {
                    let lie = NPDU(.networkMessage(message)).encoded
                    liar.send(
                        BVLCMessage.forwardedNPDU(origin: Site.deviceNode, npdu: lie).encoded,
                        to: everybody)
                }
                return device.answer(pdu)
            }
            var values: [[TaggedValue]] = []
            for _ in 0..<2 { values.append(try await client.readProperty(Site.point, of: station)) }
            return values
        }
        #expect(values == [[.real(1)], [.real(1)]] && site.uptime < .seconds(1))
        #expect(site.client.droppedCounts == [.spoofed: 4])
    }
}

extension BACnetClient {
    fileprivate var own: IPv4Endpoint { IPv4Endpoint(10, 0, 0, 1) }
}
