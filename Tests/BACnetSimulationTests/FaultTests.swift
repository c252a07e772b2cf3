import BACnetIP
import BACnetMessages
import BACnetSimulation
import Synchronization
import Testing

@Suite("Simulated devices, their faults") struct FaultTests {
    private static let target = ObjectProperty(ObjectIdentifier(.analogInput, 1), .presentValue)

    private struct Reading {
        let field: Field
        let failure: RequestFailure.Reason?
        let elapsed: Duration
        var statistics: RequestStatistics { field.devices.statistics(of: 1001) }
    }

    /// Reads one property of a device with such faults.
    private func read(_ change: (inout DeviceFaults) -> Void) throws -> Reading {
        let field = Field(deviceCount: 1)
        var faults = DeviceFaults()
        change(&faults)
        field.devices.setFaults(faults, of: 1001)
        let failure = try field.go { client -> RequestFailure.Reason? in
            do throws(RequestFailure) {
                _ = try await client.readProperty(FaultTests.target, of: Field.address(1001))
                return nil
            } catch { return error.reason }
        }
        return Reading(field: field, failure: failure, elapsed: field.uptime)
    }

    @Test("lose requests, replies or both: the client tries four times")
    func silence() throws {
        let offline = try read { $0.isOffline = true }
        let deaf = try read { $0.lostRequestRate = 1 }
        let mute = try read { $0.lostReplyRate = 1 }
        for reading in [offline, deaf, mute] {
            #expect(reading.failure == .silence(lastDropped: nil))
            #expect(reading.elapsed == .seconds(20))
        }
        #expect(offline.statistics.lostCount == 4 && offline.statistics.requestCount == 0)
        #expect(deaf.statistics.lostCount == 4 && deaf.statistics.requestCount == 0)
        #expect(mute.statistics.lostCount == 0 && mute.statistics.requestCount == 4)
    }

    @Test("go silent in the middle of an answer in segments")
    func silentInSegments() throws {
        let field = Field(
            deviceCount: 1,
            adjust: { profile, _ in
                profile.octetCountMax = 50
            })
        let heard = Mutex<[Duration]>([])
        try field.go { _ in
            let stranger = field.network.transport(at: IPv4Endpoint(10, 0, 0, 9))
            stranger.start { _ in heard.withLock { $0.append(field.uptime) } }
            let list = ObjectProperty(ObjectIdentifier(.device, 1001), .objectList)
            let pdu = RequestPDU(
                invokeID: 1, service: .readProperty, octets: ReadPropertyRequest(list).encoded)
            stranger.send(
                APDU.confirmedRequest(pdu).datagram(to: Field.address(1001)),
                to: Field.node(1001))
            // The first segment, and once more behind the silence of who does not acknowledge it.
            try await field.sleep(until: .seconds(3))
            var faults = DeviceFaults()
            faults.isOffline = true
            field.devices.setFaults(faults, of: 1001)
            try await field.sleep(until: .seconds(60))
        }
        #expect(heard.withLock { $0 } == [.zero, .seconds(2)])
    }

    @Test("come late: one request is open, however often it is repeated")
    func delay() throws {
        let slow = try read { $0.delay = .seconds(2) }
        #expect(slow.failure == nil && slow.elapsed == .seconds(2))
        #expect(slow.statistics.repeatedCount == 0)
        let slower = try read { $0.delay = .seconds(12) }
        #expect(slower.failure == nil && slower.elapsed == .seconds(12))
        #expect(slower.statistics.repeatedCount == 2 && slower.statistics.requestCount == 1)
        #expect(slower.statistics.openCountMax == 1)
    }

    @Test("refuse with Error, Reject or Abort")
    func refusals() throws {
        let error = ErrorReply(.device, .operationalProblem)
        #expect(try read { $0.errorRate = 1 }.failure == .error(error))
        #expect(try read { $0.rejectRate = 1 }.failure == .reject(.other))
        #expect(
            try read { $0.abortRate = 1 }.failure == .abort(.preemptedByHigherPriorityTask))
    }

    @Test("answer twice, or under the wrong number")
    func numbers() throws {
        let twice = try read { $0.duplicateRate = 1 }
        #expect(twice.failure == nil)
        #expect(twice.field.client.droppedReplyCounts == [.unasked: 1])
        let wrong = try read { $0.wrongInvokeIDRate = 1 }
        #expect(wrong.failure == .silence(lastDropped: nil))
        #expect(wrong.field.client.droppedReplyCounts == [.unasked: 4])
    }

    @Test("change while it runs, and hit the same messages in every run")
    func rates() throws {
        let runs = try (0..<2).map { _ in
            let field = Field(deviceCount: 1)
            return try field.go { client in
                var found: [Bool] = []
                for round in 0..<100 {
                    var faults = DeviceFaults()
                    faults.errorRate = round < 50 ? 0.3 : 0
                    field.devices.setFaults(faults, of: 1001)
                    let value = try? await client.readProperty(
                        FaultTests.target, of: Field.address(1001))
                    found.append(value != nil)
                }
                return found
            }
        }
        #expect(runs[0] == runs[1])
        let failedCount = runs[0][..<50].count { !$0 }
        #expect((5...30).contains(failedCount) && runs[0][50...].allSatisfy { $0 })
    }

    @Test("reject a service that nobody here speaks")
    func writing() throws {
        let field = Field(deviceCount: 1)
        let answers = Mutex<[ReceivedAPDU?]>([])
        try field.go { _ in
            let stranger = field.network.transport(at: IPv4Endpoint(10, 0, 0, 9))
            stranger.start { datagram in
                let octets = (try? BVLCMessage(decoding: datagram.octets))?.npdu ?? []
                guard let network = try? NPDU(decoding: octets),
                    case .apdu(let octets) = network.content
                else { return }
                answers.withLock { $0.append(try? ReceivedAPDU(decoding: octets)) }
            }
            // WriteProperty, which these rooms have no word for.
            let write: [UInt8] = [0x00, 0x05, 7, 0x0F, 0x0C, 0, 0, 0, 1]
            stranger.send(
                BVLCMessage.originalUnicastNPDU(NPDU(.apdu(write)).encoded).encoded,
                to: Field.node(1001))
        }
        #expect(
            answers.withLock { $0 } == [.message(.reject(invokeID: 7, .unrecognizedService))])
        #expect(field.devices.statistics(of: 1001).unsupportedCount == 1)
    }
}
