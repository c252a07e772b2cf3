import BACnetIP
import BACnetMessages
import Synchronization
import Testing

@Suite("BACnetClient, discovery") struct DiscoveryTests {
    private static func iAm(_ instance: UInt32) -> BVLCMessage {
        let request = IAmRequest(
            device: ObjectIdentifier(.device, instance), maxAPDU: 480, segmentation: .none,
            vendor: 148)
        return .originalUnicastNPDU(
            NPDU(.apdu(APDU.unconfirmedRequest(.iAm(request)).encoded)).encoded)
    }

    private static func whoIs(in message: BVLCMessage) -> WhoIsRequest? {
        guard let network = try? NPDU(decoding: message.npdu ?? []),
            case .apdu(let octets) = network.content,
            case .message(.unconfirmedRequest(.whoIs(let request)))? = try? ReceivedAPDU(
                decoding: octets)
        else { return nil }
        return request
    }

    /// Devices that hear broadcasts and know their instances.
    private func populate(_ site: Site, _ instances: [UInt32]) {
        for instance in instances {
            site.node(at: IPv4Endpoint(10, 0, 1, UInt8(instance))) { message, _ in
                guard let request = DiscoveryTests.whoIs(in: message),
                    request.instances?.contains(instance) ?? true
                else { return [] }
                return [DiscoveryTests.iAm(instance), DiscoveryTests.iAm(instance)]
            }
        }
    }

    @Test("hears everybody once, for as long as it says")
    func everybody() throws {
        let site = Site()
        populate(site, [1, 2, 3])
        let found = try site.go { try await $0.whoIs() }
        #expect(found.map(\.instance).sorted() == [1, 2, 3])
        #expect(found.allSatisfy { $0.octetCountMax == 480 && $0.vendor == 148 })
        #expect(site.uptime == .seconds(3))
        let message = try #require(site.sent.first?.message)
        #expect(message.encoded == [0x81, 0x0B, 0, 12, 1, 0x20, 0xFF, 0xFF, 0, 0xFF, 0x10, 0x08])
    }

    @Test("asks range by range, so that not all answer at once, and as often as it is told")
    func ranges() throws {
        let site = Site()
        populate(site, [1, 2, 3, 4])
        let found = try site.go {
            try await $0.whoIs(
                [InstanceRange(1, 2), InstanceRange(3, 3)],
                pace: DiscoveryPace(patience: .seconds(2), repeatCount: 2, gap: .seconds(4)))
        }
        #expect(found.map(\.instance) == [1, 2, 3])
        #expect(site.sent.map(\.at) == [0, 4, 8, 12].map { .seconds($0) })
        #expect(site.uptime == .seconds(14))
    }

    @Test("ends with the first reply if one instance of one address is requested")
    func one() throws {
        let site = Site()
        populate(site, [5])
        let device = DeviceAddress(node: IPv4Endpoint(10, 0, 1, 5))
        let (found, nobody) = try site.go { client in
            let range = InstanceRange(5, 5)
            let found = try await client.whoIs([range], to: .device(device))
            return (found, try await client.whoIs([range], to: .device(Site.device)))
        }
        #expect(found.map(\.address) == [device] && nobody.isEmpty)
        #expect(site.uptime == .seconds(3))
    }

    // A gateway has several devices at one address. A search of that address ended with the first
    // reply, so the others were not found and not mentioned.
    @Test("finds every device of one address, each once")
    func severalAtOneAddress() throws {
        let site = Site()
        site.node { message, _ in
            guard DiscoveryTests.whoIs(in: message) != nil else { return [] }
            // The second reply of a device may state another size.
            return [11, 12, 11, 13].map(DiscoveryTests.iAm)
        }
        let found = try site.go { client in
            try await client.whoIs(
                to: .device(Site.device), pace: DiscoveryPace(patience: .seconds(2), repeatCount: 2)
            )
        }
        #expect(found.map(\.instance) == [11, 12, 13])
        #expect(found.allSatisfy { $0.address == Site.device })
        #expect(site.uptime == .seconds(3))
    }

    @Test("reports each device as it is heard, and keeps that after a cancellation")
    func reports() throws {
        let site = Site()
        populate(site, [1, 2])
        let found = Mutex<[UInt32]>([])
        let (failure, heard) = try site.go { client in
            let search = site.task { () -> DiscoveryFailure? in
                do throws(DiscoveryFailure) {
                    _ = try await client.whoIs(pace: DiscoveryPace(patience: .seconds(60))) {
                        device in found.withLock { $0.append(device.instance) }
                    }
                    return nil
                } catch { return error }
            }
            try await site.sleep(until: .seconds(1))
            let heard = found.withLock { $0 }
            search.cancel()
            return (await search.value, heard)
        }
        #expect(failure == .cancelled && heard.sorted() == [1, 2])
        #expect(site.uptime == .seconds(1))
    }

    @Test("sizes requests by what the device has said that it takes")
    func sizes() throws {
        let site = Site()
        site.node { message, _ in
            if let request = DiscoveryTests.whoIs(in: message), request.instances == nil {
                return [DiscoveryTests.small]
            }
            return DiscoveryTests.answers(message)
        }
        let found = try site.go { client in
            _ = try await client.whoIs(to: .device(Site.device))
            return await client.readProperties(TableDevice.targets(20), of: Site.device)
        }
        #expect(found.values.allSatisfy { if case .values = $0 { true } else { false } })
        #expect(site.requests.count > 1)
        for request in site.requests { #expect(request.pdu.octets.count + 4 <= 128) }
    }

    private static let small: BVLCMessage = {
        let request = IAmRequest(
            device: ObjectIdentifier(.device, 7), maxAPDU: 128, segmentation: .none, vendor: 1)
        return .originalUnicastNPDU(
            NPDU(.apdu(APDU.unconfirmedRequest(.iAm(request)).encoded)).encoded)
    }()

    private static func answers(_ message: BVLCMessage) -> [BVLCMessage] {
        guard let network = try? NPDU(decoding: message.npdu ?? []),
            case .apdu(let octets) = network.content,
            case .message(.confirmedRequest(let pdu))? = try? ReceivedAPDU(decoding: octets)
        else { return [] }
        return TableDevice.inputs(20).answer(pdu).map {
            .originalUnicastNPDU(NPDU(.apdu($0.encoded)).encoded)
        }
    }

    @Test("finds who has an object")
    func whoHas() throws {
        let site = Site()
        let wanted = ObjectIdentifier(.trendLog, 4)
        site.node { message, _ in
            guard let network = try? NPDU(decoding: message.npdu ?? []),
                case .apdu(let octets) = network.content,
                case .message(.unconfirmedRequest(.whoHas))? = try? ReceivedAPDU(decoding: octets)
            else { return [] }
            // What others have, and what a device that is not meant has, is no answer.
            let told: [(UInt32, UInt32)] = [(7, 5), (70_000, 4), (7, 4)]
            return told.map { device, log in
                let iHave = IHaveRequest(
                    device: ObjectIdentifier(.device, device),
                    object: ObjectIdentifier(.trendLog, log), name: CharacterString("log \(log)"))
                return .originalUnicastNPDU(
                    NPDU(.apdu(APDU.unconfirmedRequest(.iHave(iHave)).encoded)).encoded)
            }
        }
        let (found, named) = try site.go { client in
            async let named = client.whoHas(.name(CharacterString("log 5")))
            let found = try await client.whoHas(.object(wanted), among: InstanceRange(0, 1_000))
            return (found, try await named)
        }
        #expect(found.map(\.device) == [7] && found.first?.object == wanted)
        #expect(try found.first?.name.text() == "log 4")
        #expect(named.map(\.object.instance) == [5])
    }

    @Test("finds the router to a network")
    func router() throws {
        let site = Site()
        let router = IPv4Endpoint(10, 0, 2, 1)
        site.node(at: router) { message, _ in
            guard let network = try? NPDU(decoding: message.npdu ?? []),
                case .networkMessage(.whoIsRouterToNetwork(2001)) = network.content
            else { return [] }
            return [
                .originalBroadcastNPDU(
                    NPDU(.networkMessage(.iAmRouterToNetwork([2000, 2001]))).encoded)
            ]
        }
        let (found, nobody) = try site.go { client in
            (try await client.router(to: 2001), try await client.router(to: 5))
        }
        #expect(found == router && nobody == nil)
    }
}
