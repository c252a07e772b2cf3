public import TimeSeriesModel

/// The outcome of a collection on request.
public struct CollectionReport: Hashable, Sendable {
    /// One device.
    public struct Device: Hashable, Sendable {
        public var id: DeviceID
        /// Points that were to be read.
        public var points = 0
        /// Points of which a sample was read.
        public var stored = 0
        /// Why points have none, or why the samples are not stored.
        public var failure: String?
        /// From the first request to the stored samples.
        public var elapsed: Duration = .zero

        init(id: DeviceID) { self.id = id }
    }

    /// In ascending order of their numbers.
    public var devices: [Device] = []

    public var points: Int { devices.reduce(0) { $0 + $1.points } }
    public var stored: Int { devices.reduce(0) { $0 + $1.stored } }
}

extension CollectionReport.Device {
    init(_ result: RoundResult, of device: DeviceID) {
        self.init(id: device)
        points = result.round.points.count
        elapsed = result.elapsed
        for reading in result.readings {
            switch reading.reading {
            case .value: stored += 1
            case .missing(_, let words), .unknown(let words), .lost(let words), .notRead(let words):
                failure = failure ?? words
            }
        }
        if let storeFailure = result.storeFailure {
            stored = 0
            failure = storeFailure
        }
    }
}
