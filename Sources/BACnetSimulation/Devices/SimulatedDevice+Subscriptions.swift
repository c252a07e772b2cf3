internal import BACnetIP
internal import BACnetMessages

extension SimulatedDevice {
    /// Takes a subscription, renews it or ends it.
    mutating func subscribe(
        _ request: ConfirmedRequest, _ pdu: RequestPDU, from peer: DeviceAddress, at now: Duration
    ) -> [Action] {
        let key: COVSubscriber.Key
        let terms: SubscriptionTerms?
        var increment: Float?
        switch request {
        case .subscribeCOV(let request):
            key = COVSubscriber.Key(
                peer: peer, process: request.process, object: request.object, reference: nil)
            terms = request.terms
        case .subscribeCOVProperty(let request):
            key = COVSubscriber.Key(
                peer: peer, process: request.process, object: request.target.object,
                reference: request.target.reference)
            terms = request.terms
            increment = request.increment
            guard increment.map({ $0.isFinite && $0 >= 0 }) ?? true else {
                let error = ErrorReply(.property, .valueOutOfRange)
                return say(.error(invokeID: pdu.invokeID, pdu.service, error), to: peer)
            }
        default: return say(.reject(invokeID: pdu.invokeID, .unrecognizedService), to: peer)
        }
        if let terms, let error = add(key, terms, increment, at: now) {
            return say(.error(invokeID: pdu.invokeID, pdu.service, error), to: peer)
        }
        let acknowledgement = say(.simpleAck(invokeID: pdu.invokeID, pdu.service), to: peer)
        guard terms != nil else {
            subscriptions.removeAll { $0.key == key }
            return acknowledgement
        }
        guard let index = subscriptions.firstIndex(where: { $0.key == key }),
            let news = news(for: subscriptions[index], at: now)
        else { return acknowledgement }
        return acknowledgement + tell(news, to: index, at: now)
    }

    private mutating func add(
        _ key: COVSubscriber.Key, _ terms: SubscriptionTerms, _ increment: Float?, at now: Duration
    ) -> ErrorReply? {
        guard let entry = objects.entry(of: key.object) else {
            return ErrorReply(.object, .unknownObject)
        }
        var increment = increment
        switch entry {
        case .device, .log: return ErrorReply(.object, .optionalFunctionalityNotSupported)
        case .summary: break
        case .point(let point): increment = increment ?? objects.increment(of: point)
        }
        let seconds = terms.lifetimeSeconds ?? 0
        let subscriber = COVSubscriber(
            key: key, isConfirmed: terms.isConfirmed,
            end: seconds == 0 ? nil : now + .seconds(Int64(seconds)), increment: increment)
        guard news(for: subscriber, at: now) != nil else {
            return ErrorReply(.property, .notCOVProperty)
        }
        if let index = subscriptions.firstIndex(where: { $0.key == key }) {
            subscriptions[index] = subscriber
            return nil
        }
        guard subscriptions.count < objects.profile.subscriptionCountMax else {
            return ErrorReply(.resources, .noSpaceToAddListElement)
        }
        subscriptions.append(subscriber)
        if nextScan == nil { nextScan = scanTime(before: now) + objects.profile.scanInterval }
        return nil
    }

    /// The last whole multiple of the interval.
    private func scanTime(before now: Duration) -> Duration {
        let interval = max(1, objects.profile.scanInterval.wholeMilliseconds)
        return .milliseconds(now.wholeMilliseconds / interval * interval)
    }

    /// Tells of what has changed. What it looks at is as of the whole multiple of the interval,
    /// however late it comes.
    mutating func scan(at now: Duration) -> [Action] {
        guard let next = nextScan, next <= now else { return [] }
        let moment = scanTime(before: now)
        subscriptions.removeAll { $0.end.map { $0 <= moment } ?? false }
        nextScan = subscriptions.isEmpty ? nil : moment + objects.profile.scanInterval
        guard !isSilent(at: moment) else { return [] }
        var actions: [Action] = []
        for index in subscriptions.indices where subscriptions[index].open == nil {
            let subscriber = subscriptions[index]
            guard let news = news(for: subscriber, at: moment) else { continue }
            if let told = subscriber.told,
                !news.differs(from: told, increment: subscriber.increment)
            {
                continue
            }
            actions += tell(news, to: index, at: moment)
        }
        return actions
    }

    /// What there is to tell; `nil` where the object has no such property.
    private func news(
        for subscriber: COVSubscriber, at moment: Duration
    ) -> COVSubscriber.News? {
        guard let entry = objects.entry(of: subscriber.key.object) else { return nil }
        let state = objects.state(of: entry, at: objects.time.moment(at: moment))
        let reference = subscriber.key.reference ?? PropertyReference(.presentValue)
        if reference == PropertyReference(.presentValue) {
            return COVSubscriber.News(
                reference: reference, values: [state.value ?? .null], flags: state.flags)
        }
        let content = objects.content(
            of: reference.property, of: subscriber.key.object, at: moment)
        guard reference.index == nil, case .plain(let values)? = content else { return nil }
        return COVSubscriber.News(reference: reference, values: values, flags: state.flags)
    }

    private mutating func tell(
        _ news: COVSubscriber.News, to index: Int, at now: Duration
    ) -> [Action] {
        let subscriber = subscriptions[index]
        subscriptions[index].told = news
        statistics.notificationCount += 1
        let flags = COVNotification.Value(
            PropertyReference(.statusFlags), [.bits(news.flags.bits)])
        var values = [COVNotification.Value(news.reference, news.values)]
        if news.reference.property != .statusFlags { values.append(flags) }
        let notification = COVNotification(
            process: subscriber.key.process, device: objects.introduction.device,
            object: subscriber.key.object, secondsLeft: subscriber.secondsLeft(at: now),
            values: values)
        guard subscriber.isConfirmed else {
            return say(.unconfirmedRequest(.covNotification(notification)), to: subscriber.key.peer)
        }
        return ask(notification, of: index, at: now)
    }

    /// How long an acknowledgement is waited for, and how often it is told again.
    private static let patience = Patience(timeout: .seconds(3), retryCount: 2)

    private mutating func ask(
        _ notification: COVNotification, of index: Int, at now: Duration
    ) -> [Action] {
        var transactions = notifying ?? ClientTransactions(firstInvokeID: 1)
        defer { notifying = transactions }
        do throws(TransactionRefusal) {
            let asked = try transactions.ask(
                .covNotification(notification), of: subscriptions[index].key.peer,
                patience: SimulatedDevice.patience, at: now)
            subscriptions[index].open = asked.id
            return carry(out: [asked.action], at: now)
        } catch {
            // No number is free: whoever is told does not answer. The next change is told again.
            return []
        }
    }

    mutating func carry(out actions: [TransactionAction], at now: Duration) -> [Action] {
        actions.flatMap { action -> [Action] in
            switch action {
            case .send(let apdu, let peer): return say(apdu, to: peer)
            case .finish(let id, let outcome, _):
                guard let index = subscriptions.firstIndex(where: { $0.open == id }) else {
                    return []
                }
                subscriptions[index].open = nil
                if case .error(ErrorReply(.services, .unknownSubscription)) = outcome {
                    subscriptions.remove(at: index)
                }
                return []
            }
        }
    }
}
