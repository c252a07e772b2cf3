internal import BACnetMessages

/// What the client has to do outside of its lock, in this order.
enum ClientEffect {
    case send([UInt8], to: IPv4Endpoint)
    /// Whoever waits under this ticket goes on.
    case end(UInt64, Ending)
    /// A device sent something, and with an I-Am who it is.
    case hearPacket(DeviceAddress, DiscoveredDevice?)
    /// The search with this ticket has heard something new.
    case hear(UInt64, HeardMessage)
    case notify(UInt64, COVNotification)
    /// The subscription with this ticket is to be renewed.
    case renew(UInt64)
}

/// What became of something that somebody waits for.
enum Ending {
    case outcome(TransactionOutcome, tries: Int)
    case failed(RequestFailure.Reason)
    case heard([HeardMessage])
    case notRegistered(RegistrationState)
}

/// The client without sockets, clock and threads: takes what happens, and says what is to be done.
///
/// Everything that has a deadline is in here, so that one timer does for all.
struct ClientState {
    typealias Ticket = UInt64

    /// A request that waits for its turn or its answer.
    struct Question {
        let request: ConfirmedRequest
        let device: DeviceAddress
        let patience: Patience
        /// Set while the request is open.
        var transaction: TransactionID?
    }

    let configuration: ClientConfiguration
    let endpoint: IPv4Endpoint
    let broadcastEndpoint: IPv4Endpoint
    var transactions: ClientTransactions
    var gate: RequestGate
    var registration: ForeignRegistration?
    var questions: [Ticket: Question] = [:]
    var tickets: [TransactionID: Ticket] = [:]
    var searches: [Ticket: Search] = [:]
    /// By who listens: the property that is subscribed to, `nil` for what the object tells by itself.
    var subscriptions: [SubscriptionKey: [Ticket: PropertyReference?]] = [:]
    var renewals = Renewals()
    var habits: [DeviceAddress: DeviceHabits] = [:]
    var answering = Answering(Answering.Limits(services: OwnObjects.services))
    var droppedCounts: [DroppedMessage: Int] = [:]
    var isClosed = false
    /// Someone wants to know which devices send anything.
    var hasPacketListener = false
    private var lastTicket: Ticket = 0

    init(
        _ configuration: ClientConfiguration, endpoint: IPv4Endpoint,
        broadcastEndpoint: IPv4Endpoint, firstInvokeID: UInt8
    ) {
        self.configuration = configuration
        self.endpoint = endpoint
        self.broadcastEndpoint = broadcastEndpoint
        transactions = ClientTransactions(
            firstInvokeID: firstInvokeID, limits: configuration.transactions)
        gate = RequestGate(configuration.requests)
    }

    mutating func takeTicket() -> Ticket {
        lastTicket += 1
        return lastTicket
    }

    /// When ``passTime(to:)`` has something to do; `nil` while nothing waits.
    var nextDeadline: Duration? {
        [
            transactions.nextDeadline, gate.nextDeadline, registration?.nextDeadline,
            searches.values.compactMap(\.nextDeadline).min(),
            answering.nextDeadline, renewals.nextDeadline,
        ].compactMap { $0 }.min()
    }

    mutating func passTime(to now: Duration) -> [ClientEffect] {
        guard !isClosed else { return [] }
        var effects = carry(out: transactions.passTime(to: now))
        effects += register(at: now)
        effects += advanceSearches(to: now)
        effects += carry(out: answering.passTime(to: now))
        effects += renewals.due(at: now).map { .renew($0) }
        return effects + admit(at: now)
    }

    /// Renews the registration with the BBMD where that is due.
    mutating func register(at now: Duration) -> [ClientEffect] {
        guard let message = registration?.passTime(to: now),
            let broadcastManager = registration?.broadcastManager
        else { return [] }
        return [.send(message.encoded, to: broadcastManager)]
    }

    /// Ends everything; whoever waits is told.
    mutating func close(at now: Duration) -> [ClientEffect] {
        isClosed = true
        for transaction in tickets.keys { _ = transactions.cancel(transaction, at: now) }
        gate = RequestGate(configuration.requests)
        let waiting = questions.keys.sorted() + searches.keys.sorted()
        questions = [:]
        searches = [:]
        tickets = [:]
        answering.reset()
        registration = nil
        subscriptions = [:]
        renewals.removeAll()
        return waiting.map { .end($0, .failed(.closed)) }
    }
}

extension ClientState {
    /// Puts a question as soon as it is its turn.
    mutating func ask(
        _ ticket: Ticket, _ request: ConfirmedRequest, of device: DeviceAddress,
        patience: Patience, urgency: RequestUrgency = .routine, at now: Duration
    ) -> [ClientEffect] {
        guard !isClosed else { return [.end(ticket, .failed(.closed))] }
        guard gate.enter(ticket, of: device, urgency: urgency) else {
            return [.end(ticket, .failed(.tooManyWaiting))]
        }
        questions[ticket] = Question(request: request, device: device, patience: patience)
        return admit(at: now)
    }

    /// Gives up what somebody no longer waits for.
    mutating func cancel(_ ticket: Ticket, at now: Duration) -> [ClientEffect] {
        if searches.removeValue(forKey: ticket) != nil {
            return [.end(ticket, .failed(.cancelled))]
        }
        guard let question = questions.removeValue(forKey: ticket) else { return [] }
        var effects: [ClientEffect] = []
        if let transaction = question.transaction {
            tickets[transaction] = nil
            effects = carry(out: transactions.cancel(transaction, at: now))
            gate.leave(question.device)
        } else {
            gate.withdraw(ticket)
        }
        return effects + [.end(ticket, .failed(.cancelled))] + admit(at: now)
    }

    /// Sends what the gate lets go.
    mutating func admit(at now: Duration) -> [ClientEffect] {
        var effects: [ClientEffect] = []
        var admitted = gate.admit(at: now)
        while !admitted.isEmpty {
            for ticket in admitted { effects += open(ticket, at: now) }
            admitted = gate.admit(at: now)
        }
        return effects
    }

    private mutating func open(_ ticket: Ticket, at now: Duration) -> [ClientEffect] {
        guard let question = questions[ticket] else { return [] }
        habits[question.device]?.wasAsked = true
        do throws(TransactionRefusal) {
            let asked = try transactions.ask(
                question.request, of: question.device, patience: question.patience,
                requestOctetCountMax: habits[question.device]?.octetCountMax
                    ?? APDUSize.octets1476.octetCount, at: now)
            questions[ticket]?.transaction = asked.id
            tickets[asked.id] = ticket
            return carry(out: [asked.action])
        } catch {
            questions[ticket] = nil
            gate.leave(question.device)
            return [.end(ticket, .failed(.refused(error)))]
        }
    }

    /// What the transactions ask for, as effects.
    mutating func carry(out actions: [TransactionAction]) -> [ClientEffect] {
        actions.flatMap { action -> [ClientEffect] in
            switch action {
            case .send(let apdu, let peer): return send(apdu, to: peer)
            case .finish(let transaction, let outcome, let tries):
                guard let ticket = tickets.removeValue(forKey: transaction),
                    let question = questions.removeValue(forKey: ticket)
                else { return [] }
                gate.leave(question.device)
                return [.end(ticket, .outcome(outcome, tries: tries))]
            }
        }
    }

    func send(_ apdu: APDU, to peer: DeviceAddress) -> [ClientEffect] {
        [.send(apdu.datagram(to: peer), to: peer.node)]
    }
}
