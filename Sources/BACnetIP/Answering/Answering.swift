public import BACnetMessages

/// Answers what a device is asked: who it is, what it has, what its properties are.
///
/// A value without sockets and clock: it takes a message and says what is to be done. The objects are
/// handed to it with each question, so that it knows none of them.
public struct Answering: Sendable {
    /// What a device does, and how much of it.
    public struct Limits: Hashable, Sendable {
        /// Of what is asked elsewhere, requests for these are answered; the others are rejected.
        public var services: Set<ConfirmedService>
        public var reply: ReplySender.Limits
        /// Replies in segments that are under way at a time; one more is refused.
        public var replyCountMax = 64
        /// Properties of one answer; a request for more is refused before it is looked at. Requests
        /// for all properties are short, and their answers long.
        public var resultCountMax = 2_000
        /// To one source; a flood of questions must not become a flood of answers.
        public var introductionInterval: Duration = .seconds(1)
        public var introducedCountMax = 1_000
        /// Whether everybody is told who the device is, or only who has asked.
        public var introducesToEverybody = false

        public init(
            services: Set<ConfirmedService>, reply: ReplySender.Limits = ReplySender.Limits()
        ) {
            self.services = services
            self.reply = reply
        }
    }

    /// What is to be done about a question, in this order.
    public enum Action: Hashable, Sendable {
        case send(APDU, to: DeviceAddress)
        case sendToEverybody(APDU)
        /// A request for one of ``Limits/services`` that has nothing to do with properties: its owner
        /// answers.
        case handOver(ConfirmedRequest, RequestPDU, from: DeviceAddress)
        case drop(DroppedMessage)
    }

    struct ReplyKey: Hashable {
        let peer: DeviceAddress
        let invokeID: UInt8
    }

    public let limits: Limits
    var replies: [ReplyKey: ReplySender] = [:]
    /// When each source was last told who we are; `nil` stands for everybody.
    private var introductions: [IPv4Endpoint?: Duration] = [:]

    public init(_ limits: Limits) { self.limits = limits }

    /// Replies in segments that are under way.
    public var replyCount: Int { replies.count }

    /// When ``passTime(to:)`` has something to do; `nil` while nothing waits.
    public var nextDeadline: Duration? {
        replies.isEmpty ? nil : replies.values.compactMap(\.deadline).min()
    }

    /// Sends again what was not acknowledged.
    public mutating func passTime(to now: Duration) -> [Action] {
        var actions: [Action] = []
        for key in replies.keys {
            actions += replies[key]!.passTime(to: now).map { .send($0, to: key.peer) }
        }
        replies = replies.filter { !$0.value.isFinished }
        return actions
    }

    /// Gives up all replies.
    public mutating func reset() { replies = [:] }
}

extension Answering {
    /// Says who we are, where we are meant.
    ///
    /// Where nothing proves who asked, `peer` is `nil` and everybody is told.
    public mutating func introduce(
        _ objects: some DeviceObjects, _ request: WhoIsRequest, to peer: DeviceAddress?,
        at now: Duration
    ) -> [Action] {
        let introduction = objects.introduction
        guard request.instances?.contains(introduction.device.instance) ?? true else { return [] }
        guard isDue(peer?.node, at: now) else { return [.drop(.tooManyQuestions)] }
        return say(.iAm(introduction), to: peer)
    }

    /// Says that we have an object, where we have it.
    ///
    /// Where nothing proves who asked, `peer` is `nil` and everybody is told.
    public mutating func find(
        in objects: some DeviceObjects, _ request: WhoHasRequest, for peer: DeviceAddress?,
        at now: Duration
    ) -> [Action] {
        guard request.instances?.contains(objects.device.instance) ?? true else { return [] }
        let found: ObjectIdentifier?
        switch request.wanted {
        case .object(let object): found = object
        case .name(let name): found = (try? name.text()).flatMap { objects.object(named: $0) }
        }
        guard let found, let name = objects.name(of: found) else { return [] }
        guard isDue(peer?.node, at: now) else { return [.drop(.tooManyQuestions)] }
        let iHave = IHaveRequest(
            device: objects.device, object: found, name: CharacterString(name))
        return say(.iHave(iHave), to: peer)
    }

    private mutating func isDue(_ node: IPv4Endpoint?, at now: Duration) -> Bool {
        introductions = introductions.filter { $0.value + limits.introductionInterval > now }
        guard introductions[node] == nil, introductions.count < limits.introducedCountMax
        else { return false }
        introductions[node] = now
        return true
    }

    private func say(_ request: UnconfirmedRequest, to peer: DeviceAddress?) -> [Action] {
        guard let peer, !limits.introducesToEverybody else {
            return [.sendToEverybody(.unconfirmedRequest(request))]
        }
        return [.send(.unconfirmedRequest(request), to: peer)]
    }
}
