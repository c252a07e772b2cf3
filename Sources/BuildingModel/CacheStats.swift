/// What a cache holds and what it was good for, of one device or of all.
///
/// Values are counted as they are held now; hits, misses and the rest since the cache was made.
public struct CacheStats: Hashable, Sendable {
    public var totalPoints: Int
    public var freshPoints: Int
    /// Answers that were fresh.
    public var cacheHitCount: Int
    /// Answers that were stale, too old for the caller, or not there.
    public var cacheMissCount: Int
    /// Values that had to go because the cache was full. Swept ones are not among them.
    public var evictionCount: Int
    /// Answers without a device read of their own: hits, and callers that shared another's read.
    public var deviceReadsSaved: Int

    public init(
        totalPoints: Int = 0, freshPoints: Int = 0, cacheHitCount: Int = 0,
        cacheMissCount: Int = 0, evictionCount: Int = 0, deviceReadsSaved: Int = 0
    ) {
        self.totalPoints = totalPoints
        self.freshPoints = freshPoints
        self.cacheHitCount = cacheHitCount
        self.cacheMissCount = cacheMissCount
        self.evictionCount = evictionCount
        self.deviceReadsSaved = deviceReadsSaved
    }

    public var stalePoints: Int { totalPoints - freshPoints }

    /// The share of hits among hits and misses, 0…1; 0 before the first question.
    public var cacheHitRate: Double {
        let asked = cacheHitCount + cacheMissCount
        return asked == 0 ? 0 : Double(cacheHitCount) / Double(asked)
    }
}
