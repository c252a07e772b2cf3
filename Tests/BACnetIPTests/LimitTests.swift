import BACnetIP
import BACnetMessages
import Testing

/// Devices that take their time: each request is answered when a timer says so.
private final class SlowDevices: Sendable {
    let open = Count()
    let most = Peak()

    func serve(_ site: Site, _ node: IPv4Endpoint, after delay: Duration) {
        let transport = site.network.transport(at: node)
        transport.start { [self] datagram in
            guard let message = try? BVLCMessage(decoding: datagram.octets),
                let network = try? NPDU(decoding: message.npdu ?? []),
                case .apdu(let octets) = network.content,
                case .message(.confirmedRequest(let pdu))? = try? ReceivedAPDU(decoding: octets)
            else { return }
            most.see(open.next() + 1)
            site.task { [self] in
                try? await site.sleep(until: site.uptime + delay)
                open.lower()
                let reply = TableDevice.inputs(1).answer(pdu)[0]
                let answer = NPDU(.apdu(reply.encoded), source: network.destination)
                transport.send(
                    BVLCMessage.originalUnicastNPDU(answer.encoded).encoded, to: datagram.source)
            }
        }
    }
}

@Suite("BACnetClient, limits") struct LimitTests {
    private func ask(_ client: BACnetClient, _ devices: [DeviceAddress], _ site: Site) async -> Int
    {
        let tasks = devices.map { device in
            site.task {
                (try? await client.readProperty(Site.point, of: device)) == [.real(1)]
            }
        }
        var count = 0
        for task in tasks where await task.value { count += 1 }
        return count
    }

    @Test("asks one device one question at a time, and ten devices at once")
    func concurrency() throws {
        let site = Site()
        let devices = SlowDevices()
        let nodes = (1...20).map { IPv4Endpoint(10, 0, 1, UInt8($0)) }
        for node in nodes { devices.serve(site, node, after: .seconds(2)) }
        let addresses = nodes.flatMap { [DeviceAddress(node: $0), DeviceAddress(node: $0)] }
        let answered = try site.go { await ask($0, addresses, site) }
        #expect(answered == 40 && devices.most.now == 10)
        #expect(site.uptime == .seconds(8))
        for node in nodes {
            let times = site.sent.filter { $0.destination == node }.map(\.at)
            #expect(times.count == 2 && times[1] - times[0] >= .seconds(2))
        }
    }

    @Test("asks a network behind a router one question at a time, with a gap between")
    func routed() throws {
        let site = Site()
        let devices = SlowDevices()
        let router = IPv4Endpoint(10, 0, 2, 1)
        devices.serve(site, router, after: .milliseconds(100))
        let addresses = (1...5).map {
            DeviceAddress(
                node: router, station: NetworkAddress(network: 2001, station: [UInt8($0)]))
        }
        let answered = try site.go { await ask($0, addresses, site) }
        #expect(answered == 5 && devices.most.now == 1)
        #expect(site.requests.map(\.at) == (0..<5).map { .milliseconds(100 * $0) })

        let quick = Site()
        quick.device(at: router, TableDevice.inputs(1).answer)
        _ = try quick.go { await ask($0, addresses, quick) }
        #expect(quick.requests.map(\.at) == (0..<5).map { .milliseconds(20 * $0) })
    }

    @Test("keeps devices behind one router apart, whatever number their questions have")
    func stations() throws {
        let site = Site()
        let router = IPv4Endpoint(10, 0, 2, 1)
        site.node(at: router) { message, _ in
            guard let network = try? NPDU(decoding: message.npdu ?? []),
                case .apdu(let octets) = network.content,
                case .message(.confirmedRequest(let pdu))? = try? ReceivedAPDU(decoding: octets),
                let station = network.destination
            else { return [] }
            let value = TaggedValue.real(Float(station.station[0]))
            let ack = ReadPropertyAck(Site.point, values: [value])
            let apdu = TableDevice(properties: [:]).reply(.readProperty(ack), to: pdu)
            return [.originalUnicastNPDU(NPDU(.apdu(apdu.encoded), source: station).encoded)]
        }
        let values = try site.go { client in
            var values: [[TaggedValue]] = []
            for station in 1...3 {
                let address = NetworkAddress(network: 2001, station: [UInt8(station)])
                values.append(
                    try await client.readProperty(
                        Site.point, of: DeviceAddress(node: router, station: address)))
            }
            return values
        }
        #expect(values == [[.real(1)], [.real(2)], [.real(3)]])
        #expect(Set(site.requests.map(\.pdu.invokeID)) == [100])
    }

    @Test("leaves a router alone that is busy, for the networks that it names or for all")
    func busy() throws {
        for networks: [UInt16] in [[2001], []] {
            let site = Site()
            let devices = SlowDevices()
            let router = IPv4Endpoint(10, 0, 2, 1)
            devices.serve(site, router, after: .milliseconds(100))
            let device = DeviceAddress(
                node: router, station: NetworkAddress(network: 2001, station: [1]))
            let answered = try site.go { client in
                let first = site.task { await ask(client, [device, device], site) }
                try await site.sleep(until: .milliseconds(50))
                site.tell(.routerBusyToNetwork(networks), from: router)
                try await site.sleep(until: .seconds(10))
                site.tell(.routerAvailableToNetwork(networks), from: router)
                let all = await first.value
                site.tell(.routerBusyToNetwork([2001]), from: IPv4Endpoint(10, 0, 2, 2))
                return await all + ask(client, [device], site)
            }
            #expect(answered == 3)
            // What had gone had gone; then nothing until it is available, and another router's
            // word counts for nothing.
            #expect(
                site.requests.map(\.at) == [.zero, .seconds(10), .milliseconds(10_100)],
                "\(networks)")
        }
    }

    @Test("remembers the devices that it asks, however many say that they are there")
    func strangers() throws {
        let site = Site(configure: { $0.deviceCountMax = 4 })
        site.device(TableDevice.inputs(40).answer)
        @Sendable func introduce(_ number: UInt8, octets: UInt32) {
            let iAm = IAmRequest(
                device: ObjectIdentifier(.device, UInt32(number)), maxAPDU: octets,
                segmentation: .none, vendor: 1)
            site.send(
                .unconfirmedRequest(.iAm(iAm)), from: IPv4Endpoint(10, 0, 0, number))
        }
        let sizes = try site.go { client in
            // Nobody has asked: it is not kept. Then somebody has.
            introduce(7, octets: 128)
            let before = client.batchSize(of: Site.device)
            let search = site.task { try? await client.whoIs() }
            try await site.sleep(until: .seconds(1))
            introduce(7, octets: 128)
            _ = try await client.readProperty(Site.point, of: Site.device)
            for number in 20...40 { introduce(UInt8(number), octets: 480) }
            // To look is not to ask: it puts nobody in another's place.
            for number in 50...60 {
                _ = client.batchSize(of: DeviceAddress(node: IPv4Endpoint(10, 0, 0, UInt8(number))))
            }
            _ = await search.value
            return (before, client.batchSize(of: Site.device))
        }
        #expect(sizes.0.requests(for: TableDevice.targets(40)).count == 1)
        #expect(sizes.1.requests(for: TableDevice.targets(40)).count > 1)
    }

    @Test("fails what a router does not reach at once")
    func unreachable() throws {
        let site = Site()
        let router = IPv4Endpoint(10, 0, 2, 1)
        site.node(at: router) { _, _ in
            let message = NetworkMessage.rejectMessageToNetwork(.noRoute, 2001)
            return [.originalUnicastNPDU(NPDU(.networkMessage(message)).encoded)]
        }
        let device = DeviceAddress(
            node: router, station: NetworkAddress(network: 2001, station: [1]))
        let reason = try site.go { client in
            await #expect(throws: RequestFailure.self) {
                try await client.readProperty(Site.point, of: device)
            }?.reason
        }
        #expect(reason == .unreachable(.noRoute) && site.uptime == .zero)
    }

    @Test("refuses more than may wait")
    func waiting() throws {
        let site = Site(configure: { $0.requests.waitingCountMax = 2 })
        let reasons = try site.go { client in
            let tasks = (0..<4).map { _ in
                site.task {
                    await #expect(throws: RequestFailure.self) {
                        try await client.readProperty(Site.point, of: Site.device)
                    }?.reason
                }
            }
            let last = await tasks[3].value
            await client.close()
            var reasons: [RequestFailure.Reason?] = []
            for task in tasks[..<3] { reasons.append(await task.value) }
            return reasons + [last]
        }
        #expect(reasons == [.closed, .closed, .closed, .tooManyWaiting])
    }

    @Test("does not let a dead device delay the others")
    func dead() throws {
        let site = Site()
        let alive = (1...9).map { DeviceAddress(node: IPv4Endpoint(10, 0, 1, UInt8($0))) }
        for device in alive { site.device(at: device.node, TableDevice.inputs(1).answer) }
        let answered = try site.go { client in
            let dead = site.task {
                try? await client.readProperty(Site.point, of: Site.device)
            }
            let count = await ask(client, alive + alive, site)
            let moment = site.uptime
            _ = await dead.value
            return (count, moment)
        }
        #expect(answered.0 == 18 && answered.1 == .zero)
    }
}
