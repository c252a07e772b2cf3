import DurableFiles
internal import DurableFiles
internal import Synchronization

/// Answers from the cache, and from the device where the cache has nothing fresh.
///
/// However many callers want a point, the device is read once for them, and they share what comes of
/// it, a failure too; none of them waits on another's cancellation. Points of one device that wait
/// during a request to it go out together in the next. Failures are not remembered: the next caller
/// asks again.
public final class CurrentValueReader: Sendable {
    public struct Configuration: Hashable, Sendable {
        public var staleService: StaleService
        /// How long a value that was read is called fresh.
        public var timeToLive: Duration
        /// Points in one request of the source.
        public var pointsPerRequest: Int
        /// Points that may be waited for at a time; a caller for one more is refused.
        public var pointsWanted: Int

        public init(
            staleService: StaleService = .onFailure,
            timeToLive: Duration = RealtimeValue.defaultTimeToLive, pointsPerRequest: Int = 25,
            pointsWanted: Int = 10_000
        ) {
            self.staleService = staleService
            self.timeToLive = timeToLive
            self.pointsPerRequest = pointsPerRequest
            self.pointsWanted = pointsWanted
        }
    }

    public let configuration: Configuration
    let cache: RealtimeCache
    let source: any PointSource
    let executor: (any TaskExecutor)?
    let state = Guarded(State())

    /// - Parameters:
    ///   - cache: asked first, and told of what is read.
    ///   - source: where values are read from, one request per device at a time.
    ///   - configuration: how long a value is fresh, and how much may be asked for at a time.
    ///   - executor: where device reads run; `nil` leaves it to the system.
    /// - Throws: ``HistoryError`` `invalidParameter` where the configuration lets nothing through.
    public init(
        cache: RealtimeCache, source: any PointSource,
        configuration: Configuration = Configuration(), executor: (any TaskExecutor)? = nil
    ) throws(HistoryError) {
        guard configuration.pointsPerRequest >= 1, configuration.pointsWanted >= 1 else {
            throw HistoryError(
                .invalidParameter,
                "\(configuration.pointsPerRequest) points a request and "
                    + "\(configuration.pointsWanted) points wanted; each has to be 1 or more",
                parameter: "configuration")
        }
        self.configuration = configuration
        self.cache = cache
        self.source = source
        self.executor = executor
    }

    /// Points that are being read or wait for it.
    public var wantedCount: Int { state.withLock { $0.flights.count } }

    /// The value of a point: held and fresh, else read from its device.
    ///
    /// A fresh one comes without suspending. Where the device has to be read, the caller waits for
    /// its turn and the reply; ``Configuration-swift.struct/staleService`` says when a held stale
    /// value is given instead. Such a value keeps its own time, and its `isFresh` is false.
    ///
    /// - Parameters:
    ///   - point: whose value is wanted.
    ///   - maxAge: the age of the oldest value that the caller accepts. An older one is not returned,
    ///     also if the device does not reply.
    /// - Throws: ``HistoryError`` `deviceTimeout` or `deviceError` from the device, `limitExceeded`
    ///   where too many reads wait, `cancelled` where the caller's task is.
    public func currentValue(
        of point: PointAddress, maxAge: Duration? = nil
    ) async throws(HistoryError) -> CurrentValue {
        let held = cache.lookUp(point, within: maxAge)
        if let held {
            if held.isFresh(within: maxAge) { return held }
            if configuration.staleService.allows(held, maxAge) {
                if source.isResting(point.device) { return held }
                if configuration.staleService == .whileRefreshing {
                    refresh(point)
                    return held
                }
            }
        }
        do {
            return try await read(point, maxAge: maxAge)
        } catch {
            guard error.code != .cancelled, let held = cache.peek(point),
                configuration.staleService.allows(held, maxAge)
            else { throw error }
            return held
        }
    }
}
