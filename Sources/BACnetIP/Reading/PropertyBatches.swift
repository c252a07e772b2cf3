internal import BACnetMessages

/// The properties that are still to be asked for, in requests, and what came of the others.
struct PropertyBatches {
    /// Last request first.
    private var requests: [ConfirmedRequest]
    private(set) var found: [ObjectProperty: PropertyOutcome] = [:]
    /// True once a request was put in two because the device was silent to it.
    private(set) var isIsolating = false
    /// What was known of the size of requests before the device was silent to one of this call; nil if
    /// it was not, or refused a size since.
    var sizeBeforeSilence: BatchSize?
    private let device: DeviceAddress

    init(_ targets: [ObjectProperty], of device: DeviceAddress) {
        self.device = device
        var known: Set<ObjectProperty> = []
        let unique = targets.filter { known.insert($0).inserted }
        for target in unique where target.isSelection {
            let failure = RequestFailure(
                device: device, request: "read \(target)", tries: 0, elapsed: .zero,
                reason: .refused(.selectsSeveral(target)))
            found[target] = .failure(failure)
        }
        let named = unique.filter { !$0.isSelection }
        requests =
            named.isEmpty
            ? [] : [.readPropertyMultiple(ReadPropertyMultipleRequest(targets: named))]
    }

    /// Leaves properties out to which the device did not reply before, and requests others alone.
    mutating func separate(
        resting: Set<ObjectProperty>, due: Set<ObjectProperty>, by size: BatchSize
    ) {
        let all = requests.reversed().flatMap(\.targets)
        for target in all where resting.contains(target) { leaveOut(target, tries: 0) }
        let rest = all.filter { !resting.contains($0) && !due.contains($0) }
        // Those that may get no reply come last.
        requests =
            all.filter(due.contains).map { .readProperty(ReadPropertyRequest($0)) }
            + size.requests(for: rest).reversed()
    }

    /// The device does not reply to a property, although it replies to others.
    mutating func leaveOut(_ target: ObjectProperty, tries: Int, elapsed: Duration = .zero) {
        found[target] = .failure(
            RequestFailure(
                device: device, request: "read \(target)", tries: tries, elapsed: elapsed,
                reason: .unanswered))
    }

    /// The request to put next.
    var next: ConfirmedRequest? {
        mutating get { requests.popLast() }
    }

    /// Cuts what is left into requests of another size.
    mutating func resize(by size: BatchSize) {
        let targets = requests.reversed().flatMap(\.targets)
        requests = size.requests(for: targets).reversed()
    }

    mutating func pushBack(_ request: ConfirmedRequest) { requests.append(request) }

    /// Puts a request again in two.
    ///
    /// - Parameter isSilent: true if the device did not reply to it.
    mutating func halve(_ request: ConfirmedRequest, isSilent: Bool = false) {
        if isSilent { isIsolating = true }
        let targets = request.targets
        let middle = targets.count / 2
        for half in [targets[middle...], targets[..<middle]] where !half.isEmpty {
            requests.append(
                half.count == 1
                    ? .readProperty(ReadPropertyRequest(half[half.startIndex]))
                    : .readPropertyMultiple(ReadPropertyMultipleRequest(targets: half)))
        }
    }

    /// Keeps what was answered. What a reply leaves out is asked for alone.
    mutating func take(_ reply: ConfirmedReply, to request: ConfirmedRequest) {
        switch reply {
        case .readProperty(let ack):
            for target in request.targets { found[target] = .values(ack.values) }
        case .readPropertyMultiple(let ack):
            for part in ack.parts {
                for result in part.results {
                    let target = ObjectProperty(part.object, result.reference)
                    switch result.outcome {
                    case .values(let values): found[target] = .values(values)
                    case .error(let error): found[target] = .error(error)
                    }
                }
            }
            for target in request.targets.reversed() where found[target] == nil {
                requests.append(.readProperty(ReadPropertyRequest(target)))
            }
        case .readRange: break
        }
    }

    /// A property alone failed; or the device fell silent, which holds for all that is left.
    mutating func fail(_ answer: Answer) {
        var targets = answer.request.targets
        let costsItselfAlone =
            answer.failure.isAnswered || answer.outcome?.isTooGreat ?? false
        if !costsItselfAlone {
            targets += requests.flatMap(\.targets)
            requests = []
        }
        for target in targets {
            if case .error(let error)? = answer.outcome {
                found[target] = .error(error)
            } else {
                found[target] = .failure(answer.failure)
            }
        }
    }
}
