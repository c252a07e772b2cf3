public import TimeSeriesModel

/// Decides when the store is looked after: clocks in, jobs out.
///
/// It does nothing itself. Whoever owns it asks ``jobs(now:uptime:)``, does them in order, stores
/// ``state`` where it changed, and sleeps until ``nextDue(now:uptime:)``:
///
/// ```swift
/// while !Task.isCancelled {
///     for job in housekeeping.jobs(now: time.now, uptime: time.uptime) { … }
///     try await time.sleep(until: housekeeping.nextDue(now: time.now, uptime: time.uptime))
/// }
/// ```
///
/// The daily maintenance follows the site's clock, the rest the uptime, which no correction of the
/// clock disturbs.
public struct Housekeeping: Sendable {
    /// Something to do.
    public enum Job: Hashable, Sendable {
        /// Measure the disk, and look at the thresholds.
        case watchDisk
        /// Let stale values of the cache go.
        case sweepCache
        /// Make today's backup; leave ``removeExpired`` out if it fails.
        case backUp
        /// If the policy would remove anything, tell so as an event that names the time, and call
        /// ``Housekeeping/retentionAnnounced(forRemovalAt:)``; else nothing.
        case announceRetention(removalAt: Timestamp)
        /// Remove what the policy lets go. It was announced a day before.
        case removeExpired
        /// Remove files that no manifest names.
        case removeOrphans
    }

    /// What has to survive a restart; its owner stores it after the jobs are done, so that those
    /// cut short are given out again.
    public struct State: Hashable, Sendable {
        /// When the daily maintenance last began.
        public var lastMaintenance: Timestamp?
        /// Set while the announced policy is the one in force.
        public var announcement: RetentionAnnouncement?

        public init(
            lastMaintenance: Timestamp? = nil, announcement: RetentionAnnouncement? = nil
        ) {
            self.lastMaintenance = lastMaintenance
            self.announcement = announcement
        }
    }

    /// A removal that was told of before it happens.
    public struct RetentionAnnouncement: Hashable, Sendable {
        /// Nothing is removed before.
        public var removalAt: Timestamp
        public var policy: RetentionPolicy

        public init(removalAt: Timestamp, policy: RetentionPolicy) {
            self.removalAt = removalAt
            self.policy = policy
        }
    }

    public private(set) var state: State

    private let plan: Plan
    private let clock: any SiteClock
    private var nextWatch: Duration
    private var nextSweep: Duration

    /// Disk watch is due at once, the sweep after its interval, and the maintenance at its time,
    /// or at once if it was missed since it last ran.
    ///
    /// - Parameters:
    ///   - configuration: times, intervals and policy.
    ///   - clock: of the site; the maintenance follows it.
    ///   - state: the stored one; the empty one for a new store, whose first maintenance
    ///     is the next to come.
    ///   - now: the wall clock.
    ///   - uptime: at the same moment; never goes back.
    public init(
        configuration: Configuration, clock: any SiteClock, state: State, now: Timestamp,
        uptime: Duration
    ) {
        plan = Plan(configuration)
        self.clock = clock
        self.state = state
        nextWatch = uptime
        nextSweep = uptime + plan.sweepInterval
        forgetFuture(now)
        if self.state.lastMaintenance == nil { self.state.lastMaintenance = now }
        if self.state.announcement?.policy != plan.retention { self.state.announcement = nil }
    }
}

/// What history a service keeps.
public struct RetentionPolicy: Hashable, Sendable {
    /// `nil` keeps any age.
    public var days: Int?
    /// `nil` keeps any size.
    public var byteCount: Int?

    public init(days: Int? = nil, byteCount: Int? = nil) {
        self.days = days
        self.byteCount = byteCount
    }
}

extension Housekeeping {
    /// What is due, in the order in which it is to be done. Each job is given out once.
    ///
    /// What was missed while nobody asked, asleep or switched off, is due once, not once for each
    /// time.
    public mutating func jobs(now: Timestamp, uptime: Duration) -> [Job] {
        forgetFuture(now)
        var jobs: [Job] = []
        if uptime >= nextWatch {
            jobs.append(.watchDisk)
            nextWatch = Housekeeping.next(after: nextWatch, every: Plan.watchInterval, uptime)
        }
        if uptime >= nextSweep {
            jobs.append(.sweepCache)
            nextSweep = Housekeeping.next(after: nextSweep, every: plan.sweepInterval, uptime)
        }
        if now >= nextMaintenance {
            withdrawStaleAnnouncement(now)
            jobs += maintenance(now)
            state.lastMaintenance = now
        }
        return jobs
    }

    /// The uptime at which ``jobs(now:uptime:)`` is to be asked next; at the latest with the next
    /// disk watch, so that a clock that is set is noticed.
    public func nextDue(now: Timestamp, uptime: Duration) -> Duration {
        let untilMaintenance = nextMaintenance.milliseconds.minus(now.milliseconds)
        return min(nextWatch, nextSweep, uptime + .milliseconds(max(0, untilMaintenance)))
    }

    /// Notes that people were told of a removal; from that time on ``Job/removeExpired`` is given
    /// out, until the policy changes.
    public mutating func retentionAnnounced(forRemovalAt removalAt: Timestamp) {
        guard let policy = plan.retention else { return }
        state.announcement = RetentionAnnouncement(removalAt: removalAt, policy: policy)
    }

    /// When the daily maintenance is due, or was if it is overdue.
    public var nextMaintenance: Timestamp {
        // lastMaintenance is set from the start on.
        let last = state.lastMaintenance ?? Timestamp(milliseconds: 0)
        return clock.nextInstant(ofTimeOfDay: plan.maintenanceTime, after: last)
    }
}

extension Housekeeping {
    /// What it needs of the configuration.
    private struct Plan {
        static let watchInterval: Duration = .seconds(60)

        let sweepInterval: Duration
        let maintenanceTime: TimeOfDay
        let backsUp: Bool
        /// nil removes nothing.
        let retention: RetentionPolicy?

        init(_ configuration: Configuration) {
            sweepInterval = configuration.cacheCleanupInterval
            maintenanceTime = configuration.maintenanceTime
            backsUp = configuration.backupDirectory != nil
            let policy = RetentionPolicy(
                days: configuration.dataRetentionDays,
                byteCount: configuration.retentionByteCount)
            let removes = configuration.partitionCleanupEnabled && policy != RetentionPolicy()
            retention = removes ? policy : nil
        }
    }

    private static let hour: Int64 = 3_600_000
    /// A time further ahead than this was noted while the clock was wrong.
    private static let aheadMax = 25 * hour
    /// An announced removal lies within the maintenance after the next.
    private static let announcementAheadMax = 50 * hour
    /// The shortest time between announcement and removal: a day of the calendar may have 23 h,
    /// and one run be some seconds later than the other.
    private static let noticeMin = 22 * hour

    private mutating func maintenance(_ now: Timestamp) -> [Job] {
        var jobs: [Job] = plan.backsUp ? [.backUp] : []
        if plan.retention != nil {
            if let announcement = state.announcement {
                if now >= announcement.removalAt { jobs.append(.removeExpired) }
            } else {
                let earliest = Timestamp(milliseconds: now.milliseconds + Housekeeping.noticeMin)
                let removal = clock.nextInstant(
                    ofTimeOfDay: plan.maintenanceTime, after: earliest)
                jobs.append(.announceRetention(removalAt: removal))
            }
        }
        return jobs + [.removeOrphans]
    }

    /// Days after the last maintenance the machine was off, or its clock has jumped ahead: history
    /// that is removed does not come back, so the removal is announced anew.
    private mutating func withdrawStaleAnnouncement(_ now: Timestamp) {
        guard let last = state.lastMaintenance,
            now.milliseconds.minus(last.milliseconds) > Housekeeping.announcementAheadMax
        else { return }
        state.announcement = nil
    }

    /// A clock that was ahead and is right again would else put the maintenance off until then.
    private mutating func forgetFuture(_ now: Timestamp) {
        if let last = state.lastMaintenance,
            last.milliseconds > now.milliseconds + Housekeeping.aheadMax
        {
            state.lastMaintenance = now
        }
        if let announcement = state.announcement,
            announcement.removalAt.milliseconds
                > now.milliseconds + Housekeeping.announcementAheadMax
        {
            state.announcement = nil
        }
    }

    /// The next of a grid; where that has passed as well, one interval from now.
    private static func next(
        after due: Duration, every interval: Duration, _ uptime: Duration
    ) -> Duration {
        due + interval > uptime ? due + interval : uptime + interval
    }
}
