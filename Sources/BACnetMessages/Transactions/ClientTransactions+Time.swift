extension ClientTransactions {
    /// Puts questions again whose time is over, and ends those that have been put often enough.
    public mutating func passTime(to now: Duration) -> [TransactionAction] {
        let due = open.filter { $0.value.deadline <= now }
            .sorted { $0.value.id.rawValue < $1.value.id.rawValue }
        return due.flatMap { passed($0.value, as: $0.key, at: now) }
    }

    private mutating func passed(
        _ transaction: Transaction, as key: Key, at now: Duration
    ) -> [TransactionAction] {
        guard transaction.tries <= transaction.patience.retryCount else {
            return timeOut(transaction, as: key, at: now)
        }
        guard transaction.assembly == nil else {
            return askAnew(transaction, as: key, at: now)
        }
        // The same number and the same octets: a device that is only slow must not do it twice.
        var again = transaction
        again.tries += 1
        again.deadline = now + transaction.patience.timeout
        open[key] = again
        return [send(again, as: key, at: now)]
    }

    /// A reply that stopped in its middle does not go on: its sender may never send the missing
    /// segment again. The question gets a new number and the reply begins from the start.
    private mutating func askAnew(
        _ transaction: Transaction, as key: Key, at now: Duration
    ) -> [TransactionAction] {
        open[key] = nil
        rest(key, at: now)
        guard let invokeID = takeInvokeID(of: key.peer, at: now) else {
            return [breakOff(key), end(of: transaction)]
        }
        var again = transaction
        again.tries += 1
        again.assembly = nil
        again.deadline = now + transaction.patience.timeout
        let newKey = Key(peer: key.peer, invokeID: invokeID)
        open[newKey] = again
        return [breakOff(key), send(again, as: newKey, at: now)]
    }

    private mutating func timeOut(
        _ transaction: Transaction, as key: Key, at now: Duration
    ) -> [TransactionAction] {
        open[key] = nil
        rest(key, at: now)
        let end = end(of: transaction)
        return transaction.assembly == nil ? [end] : [breakOff(key), end]
    }

    /// Tells the sender of a reply that stopped in its middle not to go on.
    private func breakOff(_ key: Key) -> TransactionAction {
        .send(.abort(invokeID: key.invokeID, .tsmTimeout, byServer: false), to: key.peer)
    }

    private func end(of transaction: Transaction) -> TransactionAction {
        .finish(
            transaction.id, .timedOut(lastDropped: transaction.lastDropped),
            tries: transaction.tries)
    }
}
