import BACnetMessages
import Testing

@Suite("BatchSize") struct BatchSizeTests {
    /// A present value and its status flags of so many analog inputs.
    private func points(_ count: Int) -> [ObjectProperty] {
        (1...count).flatMap { number -> [ObjectProperty] in
            let object = ObjectIdentifier(.analogInput, UInt32(number))
            return [ObjectProperty(object, .presentValue), ObjectProperty(object, .statusFlags)]
        }
    }

    private func targets(of request: ConfirmedRequest) -> [ObjectProperty] {
        switch request {
        case .readProperty(let request): [request.target]
        case .readPropertyMultiple(let request): request.targets
        default: []
        }
    }

    /// What a device would answer: 23 octets a point.
    private func replyOctetCount(of request: ConfirmedRequest) -> Int {
        guard case .readPropertyMultiple(let request) = request else { return 0 }
        let parts = request.parts.map { part in
            ReadPropertyMultipleAck.Part(
                part.object,
                part.references.map { reference in
                    let isFlags = reference.property == .statusFlags
                    let value = isFlags ? TaggedValue.bits(StatusFlags().bits) : .real(20)
                    return .init(reference, .values([value]))
                })
        }
        return ReadPropertyMultipleAck(parts).encoded.count + 3
    }

    @Test(
        "fits the answer into the device's APDU",
        arguments: [(1476, 25), (1024, 25), (600, 25), (480, 20), (206, 8), (128, 5), (50, 2)])
    func sizes(octetCount: Int, pointCount: Int) throws {
        let size = BatchSize(peerOctetCountMax: octetCount)
        let requests = size.requests(for: points(100))
        #expect(requests.flatMap(targets) == points(100))
        #expect(targets(of: try #require(requests.first)).count == pointCount * 2)
        for request in requests {
            #expect(request.encoded.count + 4 <= octetCount)
            #expect(replyOctetCount(of: request) <= octetCount)
        }
    }

    @Test("would hold 64 points in the greatest APDU if it were asked to")
    func ceiling() throws {
        let size = BatchSize(peerOctetCountMax: 1476, pointCountMax: 100)
        let first = try #require(size.requests(for: points(100)).first)
        #expect(targets(of: first).count == 128)
        #expect(replyOctetCount(of: first) == 64 * 23 + 3)
    }

    @Test("keeps a value and its flags together")
    func together() {
        var size = BatchSize(peerOctetCountMax: 1476)
        let great = size.requests(for: points(25))[0]
        _ = size.learn(from: .abort(.bufferOverflow), of: great, at: .zero)
        #expect(size.propertyCountMax == 25)
        for request in size.requests(for: points(30)) {
            let targets = targets(of: request)
            #expect(targets.count % 2 == 0 && targets.count <= 24)
        }
    }

    @Test("asks for whole lists alone, with ReadProperty")
    func lists() {
        let device = ObjectIdentifier(.device, 1)
        let targets = [
            ObjectProperty(device, .objectName), ObjectProperty(device, .objectList),
            ObjectProperty(device, .vendorIdentifier), ObjectProperty(device, .units),
        ]
        let requests = BatchSize(peerOctetCountMax: 1476).requests(for: targets)
        #expect(requests.map { self.targets(of: $0).count } == [1, 1, 2])
        #expect(requests[1] == .readProperty(ReadPropertyRequest(targets[1])))
        #expect(BatchSize(peerOctetCountMax: 1476).requests(for: []).isEmpty)
    }

    @Test(
        "is halved by what says too much, down to one by one",
        arguments: [
            TransactionOutcome.abort(.bufferOverflow), .abort(.segmentationNotSupported),
            .abort(.apduTooLong), .reject(.bufferOverflow), .reject(.tooManyArguments),
            .replyTooLong, .unreachable(.messageTooLong),
        ])
    func halved(outcome: TransactionOutcome) {
        var size = BatchSize(peerOctetCountMax: 1476)
        var counts: [Int] = []
        while case .readPropertyMultiple? = size.requests(for: points(25)).first {
            let request = size.requests(for: points(25))[0]
            #expect(size.learn(from: outcome, of: request, at: .zero) == .askSmaller)
            counts.append(size.propertyCountMax)
        }
        #expect(counts == [25, 12, 6, 3, 1])
        #expect(size.requests(for: points(25)).flatMap(targets) == points(25))
        #expect(!size.usesReadProperty)
    }

    @Test("asks one by one for good where there is no ReadPropertyMultiple")
    func single() {
        var size = BatchSize(peerOctetCountMax: 480)
        let request = size.requests(for: points(2))[0]
        #expect(
            size.learn(from: .reject(.unrecognizedService), of: request, at: .zero) == .askSingly)
        size.probeUpward(at: .seconds(1_000_000))
        let requests = size.requests(for: points(2))
        #expect(requests == points(2).map { .readProperty(ReadPropertyRequest($0)) })
        let later = BatchSize(peerOctetCountMax: 480, usesReadProperty: true)
        #expect(later.requests(for: points(2)) == requests)
    }

    @Test(
        "learns nothing from errors and other ends",
        arguments: [
            TransactionOutcome.error(ErrorReply(.device, .other)), .reject(.other), .abort(.other),
            .abort(.preemptedByHigherPriorityTask), .acknowledged, .unreachable(.noRoute),
        ])
    func neutral(outcome: TransactionOutcome) {
        var size = BatchSize(peerOctetCountMax: 1476)
        let before = size
        #expect(
            size.learn(from: outcome, of: size.requests(for: points(25))[0], at: .zero) == .none)
        #expect(size == before)
    }

    @Test("is halved by silence that only great requests meet")
    func silence() {
        var size = BatchSize(peerOctetCountMax: 1476)
        let great = size.requests(for: points(25))[0]
        let small = size.requests(for: points(2))[0]
        let silent = TransactionOutcome.timedOut(lastDropped: nil)
        let answered = TransactionOutcome.reply(.readPropertyMultiple(ReadPropertyMultipleAck([])))
        #expect(size.learn(from: silent, of: great, at: .zero) == .none)
        #expect(size.learn(from: silent, of: great, at: .zero) == .none)
        #expect(size.learn(from: answered, of: small, at: .zero) == .none)
        #expect(size.propertyCountMax == 50)
        #expect(size.learn(from: silent, of: great, at: .zero) == .askSmaller)
        #expect(size.propertyCountMax == 25)
    }

    @Test(
        "is not halved by answers that could not be taken, which are no silence",
        arguments: [DroppedReply.malformed, .otherContent, .otherService])
    func spoiled(reason: DroppedReply) {
        var size = BatchSize(peerOctetCountMax: 1476)
        let great = size.requests(for: points(25))[0]
        let small = size.requests(for: points(2))[0]
        let answered = TransactionOutcome.reply(.readPropertyMultiple(ReadPropertyMultipleAck([])))
        for _ in 0..<3 {
            let spoiled = TransactionOutcome.timedOut(lastDropped: reason)
            #expect(size.learn(from: spoiled, of: great, at: .zero) == .none)
            #expect(size.learn(from: answered, of: small, at: .zero) == .none)
        }
        #expect(size.propertyCountMax == 50)
    }

    @Test(
        "is halved by silence between which something smaller was answered, also with a refusal",
        arguments: [
            TransactionOutcome.error(ErrorReply(.object, .unknownObject)), .reject(.other),
            .abort(.other),
        ])
    func refusalBetween(refusal: TransactionOutcome) {
        var size = BatchSize(peerOctetCountMax: 1476)
        let great = size.requests(for: points(25))[0]
        let small = size.requests(for: points(2))[0]
        let silent = TransactionOutcome.timedOut(lastDropped: .unasked)
        #expect(size.learn(from: silent, of: great, at: .zero) == .none)
        #expect(size.learn(from: refusal, of: small, at: .zero) == .none)
        #expect(size.learn(from: silent, of: great, at: .zero) == .askSmaller)
    }

    @Test("is not halved by a device that was away")
    func away() {
        var size = BatchSize(peerOctetCountMax: 1476)
        let great = size.requests(for: points(25))[0]
        let probe = ConfirmedRequest.readProperty(
            ReadPropertyRequest(ObjectProperty(ObjectIdentifier(.device, 1), .systemStatus)))
        let silent = TransactionOutcome.timedOut(lastDropped: nil)
        let answer = TransactionOutcome.reply(
            .readProperty(
                ReadPropertyAck(
                    ObjectProperty(ObjectIdentifier(.device, 1), .systemStatus),
                    values: [.enumerated(0)])))
        let all = TransactionOutcome.reply(.readPropertyMultiple(ReadPropertyMultipleAck([])))
        for _ in 0..<3 {
            #expect(size.learn(from: silent, of: great, at: .zero) == .none)
            #expect(size.learn(from: answer, of: probe, at: .zero) == .none)
            #expect(size.learn(from: all, of: great, at: .zero) == .none)
        }
        #expect(size.propertyCountMax == 50)
    }

    @Test("tries twice as much once a day, up to its ceiling")
    func probing() {
        var size = BatchSize(peerOctetCountMax: 1476, learned: 6)
        let day = BatchSize.probeInterval
        size.probeUpward(at: .zero)
        size.probeUpward(at: day - .seconds(1))
        #expect(size.propertyCountMax == 6)
        size.probeUpward(at: day)
        #expect(size.propertyCountMax == 12)
        size.probeUpward(at: day + .seconds(1))
        #expect(size.propertyCountMax == 12)
        let request = size.requests(for: points(6))[0]
        _ = size.learn(from: .abort(.bufferOverflow), of: request, at: day + .seconds(2))
        #expect(size.propertyCountMax == 6)
        for number in 2...9 { size.probeUpward(at: day * number + .seconds(2)) }
        #expect(size.propertyCountMax == 50)
    }

    /// Names and descriptions of so many inputs.
    private func words(_ count: Int) -> [ObjectProperty] {
        (1...UInt32(count)).flatMap { number in
            [PropertyIdentifier.objectName, .description].map {
                ObjectProperty(ObjectIdentifier(.analogInput, number), $0)
            }
        }
    }

    private func reply(to request: ConfirmedRequest, _ textOctetCount: Int)
        -> ReadPropertyMultipleAck
    {
        let text = CharacterString(String(repeating: "x", count: textOctetCount))
        return ReadPropertyMultipleAck(
            targets(of: request).map {
                .init($0.object, [.init($0.reference, .values([.characters(text)]))])
            })
    }

    // A device with long descriptions aborted the first requests for them, and from then on for a day
    // its values were read a few at a time.
    @Test("learns the length of texts, and requests as many values as before")
    func texts() {
        let octetCount = 480
        var size = BatchSize(peerOctetCountMax: octetCount)
        let values = size.requests(for: points(50))
        var waiting = words(40)[...]
        var lessons: [BatchSize.Lesson] = []
        while !waiting.isEmpty {
            let request = size.requests(for: Array(waiting))[0]
            let ack = reply(to: request, 100)
            let isTooGreat = ack.encoded.count + 4 > octetCount
            let outcome: TransactionOutcome =
                isTooGreat ? .abort(.segmentationNotSupported) : .reply(.readPropertyMultiple(ack))
            lessons.append(size.learn(from: outcome, of: request, at: .zero))
            if !isTooGreat { waiting = waiting.dropFirst(targets(of: request).count) }
        }
        #expect(
            lessons.prefix(2).contains(.askSmaller) && !lessons.dropFirst(2).contains(.askSmaller))
        #expect(size.requests(for: points(50)) == values)
    }

    @Test("requests more short texts at a time once their length is known")
    func shortTexts() {
        var size = BatchSize(peerOctetCountMax: 480)
        let before = targets(of: size.requests(for: words(40))[0]).count
        for _ in 0..<10 {
            let request = size.requests(for: words(40))[0]
            let ack = ConfirmedReply.readPropertyMultiple(reply(to: request, 8))
            #expect(size.learn(from: .reply(ack), of: request, at: .zero) == .none)
        }
        let request = size.requests(for: words(40))[0]
        #expect(targets(of: request).count > before + before / 2)
        #expect(reply(to: request, 8).encoded.count + 4 <= 480)
    }

    @Test("ends at single texts with a device that refuses every batch of them")
    func refusedTexts() {
        var size = BatchSize(peerOctetCountMax: 1476)
        var count = 0
        while targets(of: size.requests(for: words(20))[0]).count > 1 {
            let request = size.requests(for: words(20))[0]
            _ = size.learn(from: .abort(.bufferOverflow), of: request, at: .zero)
            count += 1
            if count > 20 { break }
        }
        #expect(count <= 12)
    }
}
