import BACnetIP
import BACnetMessages
import Testing

/// One property without a reply made the rest of a call fail as silence, and requests shrink.
@Suite("BACnetClient, properties without a reply") struct UnansweredTests {
    @Test("leaves out properties to which the device never replies", arguments: [0, 3, 38])
    func neverAnswered(place: Int) throws {
        let site = Site()
        let device = TableDevice.inputs(40)
        let targets = TableDevice.targets(40)
        let bad = Set([targets[place], targets[place + 1]])
        site.device { pdu in
            let asked =
                (try? ReadPropertyMultipleRequest(decoding: pdu.octets))?.targets
                ?? (try? ReadPropertyRequest(decoding: pdu.octets)).map { [$0.target] } ?? []
            return asked.contains(where: bad.contains) ? [] : device.answer(pdu)
        }
        @Sendable func expectOthers(_ found: [ObjectProperty: PropertyOutcome]) {
            for target in targets {
                guard bad.contains(target) else {
                    #expect(found[target] == .values([.real(Float(target.object.instance))]))
                    continue
                }
                guard case .failure(let failure)? = found[target] else {
                    Issue.record("\(String(describing: found[target]))")
                    continue
                }
                #expect(failure.reason == .unanswered && failure.isAnswered)
            }
        }
        try site.go { client in
            expectOthers(await client.readProperties(targets, of: Site.device))
            let (count, time) = (site.requests.count, site.uptime)
            #expect(time < .seconds(240))
            // They cost nothing from now on, and requests are as great as before.
            expectOthers(await client.readProperties(targets, of: Site.device))
            #expect(site.requests.count == count + 1 && site.uptime == time)
            try await site.sleep(until: time + .seconds(4000))
            expectOthers(await client.readProperties(targets, of: Site.device))
            // The others, and each of the two alone, with the question whether it still replies.
            #expect(site.requests.count == count + 2 + 2 * 2)
        }
    }

    @Test("keeps to the size of requests while it leaves properties out")
    func ofMany() throws {
        let site = Site()
        let device = TableDevice.inputs(45)
        let targets = TableDevice.targets(45)
        site.device { pdu in
            let asked =
                (try? ReadPropertyMultipleRequest(decoding: pdu.octets))?.targets
                ?? (try? ReadPropertyRequest(decoding: pdu.octets)).map { [$0.target] } ?? []
            guard asked.count <= 20 else {
                return [.abort(invokeID: pdu.invokeID, .bufferOverflow, byServer: true)]
            }
            return asked.contains(targets[30]) ? [] : device.answer(pdu)
        }
        @Sendable func sizes(_ requests: [(at: Duration, pdu: RequestPDU)]) -> [Int] {
            requests.map {
                (try? ReadPropertyMultipleRequest(decoding: $0.pdu.octets))?.targets.count ?? 1
            }
        }
        try site.go { client in
            _ = await client.readProperties(targets, of: Site.device)
            let before = site.requests.count
            let found = await client.readProperties(targets, of: Site.device)
            let after = sizes(Array(site.requests.dropFirst(before)))
            #expect(after.allSatisfy { $0 > 5 && $0 <= 20 } && after.reduce(0, +) == 44)
            #expect(found.values.count { if case .values = $0 { true } else { false } } == 44)
        }
    }
}
