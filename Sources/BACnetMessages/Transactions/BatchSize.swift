/// How much is asked of one device at a time, from what it says and from what it has shown.
///
/// Requests are kept so small that the answer fits into one APDU: segments are a fallback, more
/// frames to lose.
public struct BatchSize: Hashable, Sendable {
    /// What became of a batch, for whoever sent it.
    public enum Lesson: Hashable, Sendable {
        /// Nothing to learn.
        case none
        /// Ask for the same again in more and smaller requests.
        case askSmaller
        /// Ask for the same again with ReadProperty: the device has no ReadPropertyMultiple.
        case askSingly
    }

    /// The greatest APDU that goes either way.
    public let octetCountMax: Int
    /// Properties of one request where nothing has been learned.
    public let propertyCountCeiling: Int
    /// Properties of one request now.
    public internal(set) var propertyCountMax: Int
    /// True once the device has said that it has no ReadPropertyMultiple; this stays.
    public internal(set) var usesReadProperty: Bool
    /// The estimated octets of a name or description in a reply: the greatest mean of the replies
    /// so far and a quarter more, or what was assumed before the first.
    public internal(set) var textOctetCount: Int
    /// What is assumed of a device whose names are not known.
    public static let assumedTextOctetCount = 40
    var probe = BatchProbe()
    var silence = BatchSilence()

    /// - Parameters:
    ///   - peerOctetCountMax: the APDU that the device takes and sends, as its I-Am says.
    ///   - ownOctetCountMax: the APDU that we take.
    ///   - pointCountMax: points of a request, each a present value and its status flags.
    ///   - learned: a ``propertyCountMax`` of an earlier time.
    ///   - usesReadProperty: what an earlier time has learned.
    ///   - textOctetCount: what an earlier time has learned.
    public init(
        peerOctetCountMax: Int, ownOctetCountMax: Int = APDUSize.octets1476.octetCount,
        pointCountMax: Int = 25, learned: Int? = nil, usesReadProperty: Bool = false,
        textOctetCount: Int = BatchSize.assumedTextOctetCount
    ) {
        self.textOctetCount = textOctetCount
        octetCountMax = max(
            APDUSize.octets50.octetCount, min(peerOctetCountMax, ownOctetCountMax))
        propertyCountCeiling = max(1, pointCountMax * 2)
        propertyCountMax = max(1, min(learned ?? propertyCountCeiling, propertyCountCeiling))
        self.usesReadProperty = usesReadProperty
    }

    /// Requests for these properties, in their order, neighbours of one object together where that
    /// fits: a value and its flags are then of the same moment.
    public func requests(for targets: [ObjectProperty]) -> [ConfirmedRequest] {
        guard !usesReadProperty else { return targets.map(BatchSize.single) }
        var requests: [ConfirmedRequest] = []
        var batch = Batch(self)
        for group in BatchSize.groups(of: targets) {
            if batch.fits(group) {
                batch.add(group)
                continue
            }
            requests += batch.close()
            for target in group {
                if !batch.fits([target][...]) { requests += batch.close() }
                batch.add([target][...])
            }
        }
        return requests + batch.close()
    }

    private static func single(_ target: ObjectProperty) -> ConfirmedRequest {
        .readProperty(ReadPropertyRequest(target))
    }

    private static func groups(of targets: [ObjectProperty]) -> [ArraySlice<ObjectProperty>] {
        var groups: [ArraySlice<ObjectProperty>] = []
        var start = 0
        for index in targets.indices where targets[index].object != targets[start].object {
            groups.append(targets[start..<index])
            start = index
        }
        return targets.isEmpty ? [] : groups + [targets[start...]]
    }

    /// A request under construction.
    private struct Batch {
        let size: BatchSize
        var targets: [ObjectProperty] = []
        var requestOctetCount = ReplyEstimate.headOctetCount
        var replyOctetCount = ReplyEstimate.headOctetCount

        init(_ size: BatchSize) { self.size = size }

        func fits(_ group: ArraySlice<ObjectProperty>) -> Bool {
            var grown = self
            grown.add(group)
            return grown.targets.count <= size.propertyCountMax
                && grown.requestOctetCount <= size.octetCountMax
                && grown.replyOctetCount <= size.octetCountMax
        }

        mutating func add(_ group: ArraySlice<ObjectProperty>) {
            for target in group {
                if targets.last?.object != target.object {
                    requestOctetCount += ReplyEstimate.objectOctetCount
                    replyOctetCount += ReplyEstimate.objectOctetCount
                }
                requestOctetCount += ReplyEstimate.referenceOctetCount(target.reference)
                replyOctetCount += ReplyEstimate.resultOctetCount(
                    target.reference, textOctetCount: size.textOctetCount)
                targets.append(target)
            }
        }

        /// One property alone is asked for with ReadProperty, which is smaller both ways.
        mutating func close() -> [ConfirmedRequest] {
            defer { self = Batch(size) }
            guard targets.count > 1 else { return targets.map(BatchSize.single) }
            return [.readPropertyMultiple(ReadPropertyMultipleRequest(targets: targets))]
        }
    }
}
