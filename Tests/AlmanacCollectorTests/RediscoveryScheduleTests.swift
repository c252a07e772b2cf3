import AlmanacCollector
import BACnetMessages
import Testing

@Suite("RediscoverySchedule") struct RediscoveryScheduleTests {
    private static let day: Duration = .seconds(86_400)
    private let first = DeviceIdentity(databaseRevision: 7, objectCount: 58)

    /// A schedule whose device was described at the start.
    private func described() -> RediscoverySchedule {
        var schedule = RediscoverySchedule(interval: RediscoveryScheduleTests.day, at: .zero)
        #expect(schedule.passTime(to: .zero) == .description)
        #expect(schedule.nextDeadline == nil && schedule.passTime(to: .seconds(9)) == nil)
        #expect(schedule.take(.described(first), at: .seconds(10)) == nil)
        return schedule
    }

    @Test("reads the description at the start, and again after its interval")
    func daily() {
        var schedule = described()
        var now = Duration.seconds(10)
        var identities = 0
        while true {
            now = schedule.nextDeadline!
            let request = schedule.passTime(to: now)
            guard request == .identity else {
                #expect(request == .description)
                break
            }
            identities += 1
            #expect(schedule.take(.identity(first), at: now) == nil)
        }
        #expect(now == .seconds(10) + RediscoveryScheduleTests.day && identities == 287)
    }

    @Test(
        "reads the description at once if revision, restart or length is another",
        arguments: [
            DeviceIdentity(databaseRevision: 8, objectCount: 58),
            DeviceIdentity(databaseRevision: 7, objectCount: 59),
            DeviceIdentity(
                databaseRevision: 7, restartTime: [.unsigned(1)], objectCount: 58),
            DeviceIdentity(databaseRevision: nil, objectCount: 58),
        ])
    func changed(identity: DeviceIdentity) {
        var schedule = described()
        #expect(schedule.passTime(to: .seconds(310)) == .identity)
        #expect(schedule.take(.identity(identity), at: .seconds(311)) == .description)
        #expect(schedule.take(.described(identity), at: .seconds(320)) == nil)
        #expect(schedule.passTime(to: .seconds(620)) == .identity)
        #expect(schedule.take(.identity(identity), at: .seconds(620)) == nil)
    }

    @Test("looks at the identity after an I-Am or an outage, and not for each of a flood")
    func introduced() {
        for event in [RediscoverySchedule.Event.introduced, .returned] {
            var schedule = described()
            #expect(schedule.take(event, at: .seconds(100)) == .identity)
            // While the request is open, another is remembered once.
            #expect(schedule.take(event, at: .seconds(100)) == nil)
            #expect(schedule.take(event, at: .seconds(100)) == nil)
            #expect(schedule.take(.identity(first), at: .seconds(101)) == nil)
            #expect(schedule.nextDeadline == .seconds(131))
            var count = 0
            for second in 102...1000 {
                let now = Duration.seconds(second)
                guard schedule.take(event, at: now) == .identity else { continue }
                count += 1
                #expect(schedule.take(.identity(first), at: now) == nil)
            }
            #expect(count == 29)
        }
    }

    @Test("tries again after a failure, and no sooner")
    func failed() {
        var schedule = RediscoverySchedule(interval: RediscoveryScheduleTests.day, at: .zero)
        #expect(schedule.passTime(to: .zero) == .description)
        #expect(schedule.take(.failed, at: .seconds(20)) == nil)
        #expect(schedule.nextDeadline == .seconds(320))
        #expect(schedule.passTime(to: .seconds(320)) == .description)
    }
}
