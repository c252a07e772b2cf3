public import BACnetMessages

/// Why nobody could be asked.
public enum DiscoveryFailure: Error, Hashable, Sendable {
    /// There is a BBMD to ask through, and it has not agreed.
    case notRegistered(RegistrationState)
    case cancelled
    case closed
}

/// How a search goes about it.
public struct DiscoveryPace: Hashable, Sendable {
    /// From the last question to the end.
    public var patience: Duration
    /// Each question is asked so often: questions to everybody are lost, and devices exist that pass
    /// over one that comes soon after another.
    public var repeatCount: Int
    /// Between two questions.
    public var gap: Duration

    public init(
        patience: Duration = .seconds(3), repeatCount: Int = 1, gap: Duration = .seconds(1)
    ) {
        self.patience = patience
        self.repeatCount = max(1, repeatCount)
        self.gap = gap
    }
}

extension BACnetClient {
    /// Finds devices by Who-Is. Ends when the pace says, or with the first I-Am if one instance is
    /// requested of one address.
    ///
    /// An address may have several devices, and an instance several addresses: all of them are
    /// returned, each pair of address and instance as it was heard first.
    ///
    /// - Parameters:
    ///   - ranges: instances, range by range, so that not all reply at once; none for all.
    ///   - audience: the nodes that are asked.
    ///   - pace: the number of requests, and the time to wait for replies.
    ///   - found: called for each new device as its I-Am arrives, in any thread, before the search
    ///     ends; must return soon. What it was called with is known if the search is cancelled.
    /// - Throws: ``DiscoveryFailure``; `cancelled` at once if the task is cancelled.
    public func whoIs(
        _ ranges: [InstanceRange] = [], to audience: Audience = .everybody,
        pace: DiscoveryPace = DiscoveryPace(),
        found: (@Sendable (DiscoveredDevice) -> Void)? = nil
    ) async throws(DiscoveryFailure) -> [DiscoveredDevice] {
        let requests =
            ranges.isEmpty ? [WhoIsRequest()] : ranges.map { WhoIsRequest(instances: $0) }
        let isOne = audience.isOne && ranges.count == 1 && ranges[0].low == ranges[0].high
        let heard = try await search(
            requests.map { .whoIs($0) }, to: audience, pace: pace, answerCountMax: isOne ? 1 : nil
        ) { message in
            if case .device(let device) = message { found?(device) }
        }
        return heard.compactMap { if case .device(let device) = $0 { device } else { nil } }
    }

    /// Who has an object, by its identifier or its name.
    public func whoHas(
        _ wanted: WhoHasRequest.Wanted, among instances: InstanceRange? = nil,
        to audience: Audience = .everybody, pace: DiscoveryPace = DiscoveryPace()
    ) async throws(DiscoveryFailure) -> [FoundObject] {
        let heard = try await search(
            [.whoHas(WhoHasRequest(wanted, instances: instances))], to: audience, pace: pace,
            answerCountMax: audience.isOne ? 1 : nil)
        return heard.compactMap { if case .object(let object) = $0 { object } else { nil } }
    }

    /// The router to a network; `nil` where none says so in time.
    public func router(
        to network: UInt16, pace: DiscoveryPace = DiscoveryPace()
    ) async throws(DiscoveryFailure) -> IPv4Endpoint? {
        let heard = try await search(
            [.whoIsRouter(network)], to: .localNetwork, pace: pace, answerCountMax: 1)
        guard case .router(_, let router)? = heard.first else { return nil }
        return router
    }

    private func search(
        _ questions: [Search.Question], to audience: Audience, pace: DiscoveryPace,
        answerCountMax: Int?, heard: (@Sendable (HeardMessage) -> Void)? = nil
    ) async throws(DiscoveryFailure) -> [HeardMessage] {
        let questions = (0..<pace.repeatCount).flatMap { _ in questions }
        let ending = await wait(hearing: heard) { state, ticket, now in
            let search = Search(
                questions, to: audience, pace: pace.gap, patience: pace.patience,
                answerCountMax: answerCountMax, at: now)
            return state.begin(ticket, search, at: now)
        }
        switch ending {
        case .heard(let heard): return heard
        case .notRegistered(let state): throw .notRegistered(state)
        case .failed(.cancelled): throw .cancelled
        case .failed, .outcome: throw .closed
        }
    }
}

extension Audience {
    fileprivate var isOne: Bool {
        if case .device = self { true } else { false }
    }
}
