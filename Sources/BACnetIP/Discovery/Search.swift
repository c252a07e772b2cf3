public import BACnetMessages

/// A device that has said that it is there.
public struct DiscoveredDevice: Hashable, Sendable {
    public var address: DeviceAddress
    public var instance: UInt32
    /// The greatest APDU that it takes, in octets.
    public var octetCountMax: Int
    public var segmentation: Segmentation
    public var vendor: UInt32

    init(_ iAm: IAmRequest, at address: DeviceAddress) {
        self.address = address
        instance = iAm.device.instance
        octetCountMax = Int(iAm.maxAPDU)
        segmentation = iAm.segmentation
        vendor = iAm.vendor
    }

    /// The object that stands for the device itself.
    public var object: ObjectIdentifier { ObjectIdentifier(.device, instance) }
}

/// An object that a device has said it has.
public struct FoundObject: Hashable, Sendable {
    public var address: DeviceAddress
    public var device: UInt32
    public var object: ObjectIdentifier
    public var name: CharacterString

    init(_ iHave: IHaveRequest, at address: DeviceAddress) {
        self.address = address
        device = iHave.device.instance
        object = iHave.object
        name = iHave.name
    }
}

/// Who is asked.
public enum Audience: Hashable, Sendable {
    /// Every station of our own network and of those behind its routers.
    case everybody
    /// Our own network alone.
    case localNetwork
    /// The stations of a network behind a router.
    case network(UInt16, through: IPv4Endpoint)
    case device(DeviceAddress)
}

extension WhoHasRequest {
    /// True if a device in the range has said that it has what is wanted.
    fileprivate func isAnswered(by found: FoundObject) -> Bool {
        guard instances?.contains(found.device) ?? true else { return false }
        switch wanted {
        case .object(let object): return object == found.object
        case .name(let name):
            // Devices may say it in another character set.
            guard let text = try? name.text(), let own = try? found.name.text() else {
                return name == found.name
            }
            return text == own
        }
    }
}

/// What a search hears.
enum HeardMessage: Hashable {
    case device(DiscoveredDevice)
    case object(FoundObject)
    case router(network: UInt16, IPv4Endpoint)

    /// The part of a reply that makes it another one: a device may state other sizes the next time.
    enum Identity: Hashable {
        case device(DeviceAddress, instance: UInt32)
        case other(HeardMessage)
    }

    var identity: Identity {
        switch self {
        case .device(let device): .device(device.address, instance: device.instance)
        case .object, .router: .other(self)
        }
    }
}

/// Questions to everybody that are asked one after the other, and the answers, up to a time.
struct Search {
    enum Question: Hashable {
        case whoIs(WhoIsRequest)
        case whoHas(WhoHasRequest)
        case whoIsRouter(UInt16)
    }

    let audience: Audience
    let questions: [Question]
    /// Between two questions.
    let pace: Duration
    /// From the last question to the end.
    let patience: Duration
    /// So many answers are enough.
    let answerCountMax: Int?
    private var askedCount = 0
    private var hasBegunAgain = false
    private(set) var nextQuestion: Duration
    /// While there is no BBMD to ask through: when to give up.
    private var waitEnd: Duration?
    /// Set when all is asked.
    private(set) var end: Duration?
    private(set) var heard: [HeardMessage] = []
    private var known: Set<HeardMessage.Identity> = []

    /// - Parameter questions: of one kind, at least one.
    init(
        _ questions: [Question], to audience: Audience, pace: Duration, patience: Duration,
        answerCountMax: Int? = nil, at now: Duration
    ) {
        precondition(!questions.isEmpty, "a search asks something")
        self.questions = questions
        self.audience = audience
        self.pace = pace
        self.patience = patience
        self.answerCountMax = answerCountMax
        nextQuestion = now
    }

    /// How long a search waits for the registration with the BBMD.
    static let registrationPatience: Duration = .seconds(15)

    var nextDeadline: Duration? { end ?? waitEnd ?? nextQuestion }

    /// True if an answer is one to what is asked, and from whom it was asked.
    func wants(_ message: HeardMessage) -> Bool {
        switch (questions[0], message) {
        case (.whoIs, .device(let device)):
            isAsked(device.address)
                && questions.contains { question in
                    guard case .whoIs(let request) = question else { return false }
                    return request.instances?.contains(device.instance) ?? true
                }
        case (.whoHas(let request), .object(let found)):
            isAsked(found.address) && request.isAnswered(by: found)
        case (.whoIsRouter(let wanted), .router(let network, _)):
            wanted == network
        default: false
        }
    }

    private func isAsked(_ address: DeviceAddress) -> Bool {
        switch audience {
        case .everybody: true
        case .localNetwork: address.station == nil
        case .network(let number, _): address.station?.network == number
        case .device(let device): address == device
        }
    }

    /// The next question, and when the one after that is due.
    mutating func take(at now: Duration) -> Question {
        let question = questions[askedCount]
        askedCount += 1
        waitEnd = nil
        nextQuestion = now + pace
        if askedCount == questions.count { end = now + patience }
        return question
    }

    /// There is no BBMD to ask through; `false` when that has been so for too long.
    mutating func wait(at now: Duration) -> Bool {
        let end = waitEnd ?? now + Search.registrationPatience
        waitEnd = end
        return now < end
    }

    /// The BBMD did not pass the questions on: they are asked again once it does. Once only, since
    /// BBMDs may exist that register everybody and pass on nothing.
    mutating func beginAgain(at now: Duration) {
        guard !hasBegunAgain else { return }
        hasBegunAgain = true
        askedCount = 0
        end = nil
        nextQuestion = now
    }

    /// Keeps a reply once, as it was heard first. Ends the search if it was the last that is wanted.
    ///
    /// - Returns: true if the reply is new.
    mutating func add(_ message: HeardMessage, at now: Duration) -> Bool {
        guard known.insert(message.identity).inserted else { return false }
        heard.append(message)
        if let answerCountMax, heard.count >= answerCountMax { end = now }
        return true
    }
}
