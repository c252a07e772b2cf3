internal import BACnetIP
internal import BACnetMessages
internal import BuildingSimulation
internal import TimeSeriesModel

/// One device of the building without socket, clock and task: takes what happens, and says what is to
/// be sent.
struct SimulatedDevice: Sendable {
    /// Something to send, in this order.
    enum Action: Hashable, Sendable {
        case send([UInt8], to: IPv4Endpoint)
        case sendToEverybody([UInt8])
    }

    /// What is answered, now or a while later.
    enum Question: Hashable, Sendable {
        case request(RequestPDU)
        case unsupported(invokeID: UInt8, MessageSegment?)
        case whoIs(WhoIsRequest)
        case whoHas(WhoHasRequest)

        /// The number of what waits for an answer.
        var invokeID: UInt8? {
            switch self {
            case .request(let pdu): pdu.invokeID
            case .unsupported(let invokeID, _): invokeID
            case .whoIs, .whoHas: nil
            }
        }
    }

    struct Waiting: Hashable, Sendable {
        let due: Duration
        let question: Question
        let peer: DeviceAddress
    }

    var objects: SimulatedObjects
    var faults = DeviceFaults()
    var statistics = RequestStatistics()
    var answering: Answering
    /// Questions that are not answered yet, by the time when they are.
    var waiting: [Waiting] = []
    var subscriptions: [COVSubscriber] = []
    /// When it looks for changes again; `nil` while nobody has subscribed.
    var nextScan: Duration?
    /// For notifications that want an acknowledgement; made when the first is sent.
    var notifying: ClientTransactions?
    var dice: FaultDice
    /// When the building's own plan has it silent.
    private let outages: [TimeRange]
    /// Questions that may wait; one more is lost.
    private static let waitingCountMax = 1_000

    init(_ objects: SimulatedObjects, outages: [TimeRange], noise: HashNoise) {
        self.objects = objects
        self.outages = outages
        dice = FaultDice(noise)
        let profile = objects.profile
        var limits = Answering.Limits(
            services: profile.services,
            reply: ReplySender.Limits(
                octetCountMax: profile.octetCountMax,
                sendsSegments: profile.segmentation.canTransmit, window: profile.window))
        limits.introducesToEverybody = profile.introducesToEverybody
        answering = Answering(limits)
    }

    func isSilent(at now: Duration) -> Bool {
        if faults.isOffline { return true }
        if outages.isEmpty { return false }
        let moment = objects.time.moment(at: now)
        return outages.contains { $0.contains(moment) }
    }

    /// When ``passTime(to:)`` has something to do; `nil` while nothing waits.
    var nextDeadline: Duration? {
        var earliest = waiting.first?.due
        for deadline in [nextScan, answering.nextDeadline, notifying?.nextDeadline] {
            if let deadline { earliest = min(earliest ?? deadline, deadline) }
        }
        return earliest
    }

    /// What is due to be said; nothing of it is heard while the device is silent.
    mutating func passTime(to now: Duration) -> [Action] {
        let actions = advance(to: now)
        return isSilent(at: now) ? [] : actions
    }

    private mutating func advance(to now: Duration) -> [Action] {
        var actions: [Action] = []
        while let next = waiting.first, next.due <= now {
            waiting.removeFirst()
            actions += answer(next.question, from: next.peer, at: now)
        }
        actions += carry(out: answering.passTime(to: now), at: now)
        if let answers = notifying?.passTime(to: now) {
            actions += carry(out: answers, at: now)
        }
        return actions + scan(at: now)
    }

    /// Forgets who has subscribed and what it was about to say, as after a loss of power.
    mutating func restart(at now: Duration) {
        waiting = []
        subscriptions = []
        nextScan = nil
        notifying = nil
        answering = Answering(answering.limits)
        objects.restart = objects.time.moment(at: now)
    }

    /// Takes a question, to answer it when the device gets round to it.
    mutating func take(
        _ question: Question, from peer: DeviceAddress, at now: Duration
    ) -> [Action] {
        if let invokeID = question.invokeID {
            let isOpen = waiting.contains {
                $0.peer == peer && $0.question.invokeID == invokeID
            }
            if isOpen {
                statistics.repeatedCount += 1
                return []
            }
            let openCount = waiting.count { $0.question.invokeID != nil } + answering.replyCount
            var service: ConfirmedService?
            if case .request(let pdu) = question { service = pdu.service }
            statistics.count(service, openCount: openCount, at: now)
        }
        let delay = objects.profile.replyDelay + faults.delay
        guard delay > .zero else { return answer(question, from: peer, at: now) }
        guard waiting.count < SimulatedDevice.waitingCountMax else {
            statistics.lostCount += 1
            return []
        }
        let due = now + delay
        let place = waiting.lastIndex { $0.due <= due }.map { $0 + 1 } ?? 0
        waiting.insert(Waiting(due: due, question: question, peer: peer), at: place)
        return []
    }
}
