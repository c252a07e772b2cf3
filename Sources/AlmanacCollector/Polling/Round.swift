internal import BuildingModel
internal import TimeSeriesModel

/// One reading of some points of a device, in as many requests as the device needs.
struct Round: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// A tick of the history: its samples are stored with the tick as their time.
        case history(interval: Duration)
        /// Feeds the cache; nothing is stored.
        case realtime
        /// Points that failed at their last tick; stored with the time of their arrival.
        case retry
        /// On request; stored with the time of their arrival.
        case manual
    }

    let number: UInt64
    let kind: Kind
    let tick: Timestamp
    let points: [CollectedPoint]
    /// True to read the reliability of every point too.
    var readsReliability = false

    var isStored: Bool { kind != .realtime }
}

/// The outcome of a round.
struct RoundResult: Hashable, Sendable {
    struct Reading: Hashable, Sendable {
        let point: CollectedPoint
        let reading: JudgedReading
        let arrival: Timestamp
    }

    let round: Round
    var readings: [Reading] = []
    /// Points whose reliability is not "no fault detected".
    var unreliable: Set<PointAddress> = []
    /// Objects whose status flags the device does not know.
    var flagless: Set<PointAddress> = []
    /// Why samples could not be stored.
    var storeFailure: String?
    /// From the start of the requests to the stored samples.
    var elapsed: Duration = .zero

    /// The request that the device did not reply to, with all its retries.
    var loss: String? {
        for reading in readings {
            if case .lost(let words) = reading.reading { return words }
        }
        return nil
    }

    /// The device said something to at least one request.
    var isAnswered: Bool {
        readings.contains { reading in
            switch reading.reading {
            case .lost, .notRead: false
            default: true
            }
        }
    }
}
