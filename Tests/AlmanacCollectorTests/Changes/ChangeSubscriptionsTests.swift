import BACnetIP
import BACnetMessages
import BuildingModel
import TestSupport
import Testing
import TimeSeriesModel

@testable import AlmanacCollector

/// Subscriptions are renewed at half their lifetime, polling takes over at once where one fails, and
/// none is left in a device at the end.
@Suite("Subscriptions to changes") struct ChangeSubscriptionsTests {
    private static func target(_ number: UInt32, of device: DeviceID = 7) -> ChangeTarget {
        ChangeTarget(
            point: PointAddress(device: device, type: .input, number: number),
            object: ObjectIdentifier(.analogInput, number))
    }

    @Test("are renewed at half their lifetime, the first one earlier by a part of its own")
    func renewal() {
        var subscriptions = ChangeSubscriptions()
        var firsts: Set<Duration> = []
        for number in 1...20 as ClosedRange<UInt32> {
            let target = ChangeSubscriptionsTests.target(number, of: DeviceID(number))
            #expect(
                subscriptions.take(.add(target, alsoPolls: false), at: .zero) == [
                    .subscribe(target)
                ])
            #expect(subscriptions.isPolled(target, atTick: 1))
            #expect(subscriptions.take(.acknowledged(target), at: .zero) == [])
            #expect(!subscriptions.isPolled(target, atTick: 1))
            #expect(subscriptions.isPolled(target, atTick: 20))
        }
        while let deadline = subscriptions.nextDeadline, firsts.count < 20 {
            #expect(deadline >= .seconds(150) && deadline <= .seconds(300))
            firsts.insert(deadline)
            for case .subscribe(let target) in subscriptions.take(.timePassed, at: deadline) {
                #expect(!subscriptions.isPolled(target, atTick: 1))
                _ = subscriptions.take(.acknowledged(target), at: deadline)
            }
        }
        #expect(firsts.count == 20)
        #expect(subscriptions.nextDeadline.map { $0 >= .seconds(450) } == true)
    }

    @Test("that are not renewed in time have their points polled")
    func expiry() {
        var subscriptions = ChangeSubscriptions()
        let target = ChangeSubscriptionsTests.target(1)
        _ = subscriptions.take(.add(target, alsoPolls: false), at: .zero)
        _ = subscriptions.take(.acknowledged(target), at: .zero)
        let renewal = subscriptions.nextDeadline!
        #expect(subscriptions.take(.timePassed, at: renewal) == [.subscribe(target)])
        #expect(subscriptions.nextDeadline == .seconds(600))
        _ = subscriptions.take(.timePassed, at: .seconds(600))
        #expect(subscriptions.isPolled(target, atTick: 1))
    }

    @Test("that are refused have their points polled, and are requested again later")
    func refusal() {
        var subscriptions = ChangeSubscriptions()
        let (one, other) = (ChangeSubscriptionsTests.target(1), ChangeSubscriptionsTests.target(2))
        _ = subscriptions.take(.add(one, alsoPolls: false), at: .zero)
        #expect(subscriptions.take(.add(other, alsoPolls: false), at: .zero) == [])
        #expect(
            subscriptions.take(.refused(one, isForGood: false), at: .zero) == [.subscribe(other)])
        #expect(subscriptions.take(.refused(other, isForGood: true), at: .zero) == [])
        #expect(subscriptions.isPolled(one, atTick: 1))
        #expect(subscriptions.nextDeadline == .seconds(300))
        #expect(subscriptions.take(.timePassed, at: .seconds(300)) == [.subscribe(one)])
        _ = subscriptions.take(.acknowledged(one), at: .seconds(301))
        #expect(!subscriptions.isPolled(one, atTick: 1))
        #expect(subscriptions.isPolled(other, atTick: 1))
    }

    @Test("of a silent device are polled all together, and are all made again when it replies")
    func silence() {
        var subscriptions = ChangeSubscriptions()
        let targets = (1...3).map { ChangeSubscriptionsTests.target($0) }
        for target in targets {
            _ = subscriptions.take(.add(target, alsoPolls: false), at: .zero)
        }
        for target in targets { _ = subscriptions.take(.acknowledged(target), at: .zero) }
        #expect(subscriptions.activeCount == 3)
        let renewal = subscriptions.nextDeadline!
        let sent = subscriptions.take(.timePassed, at: renewal)
        guard case .subscribe(let asked)? = sent.first else {
            Issue.record("no renewal")
            return
        }
        #expect(subscriptions.take(.unanswered(asked), at: renewal) == [])
        #expect(targets.allSatisfy { subscriptions.isPolled($0, atTick: 1) })
        // One request shows whether it is there again; the others follow one after the other.
        let probe = subscriptions.nextDeadline!
        #expect(subscriptions.take(.timePassed, at: probe) == [.subscribe(asked)])
        var order = [asked]
        while let last = order.last {
            let next = subscriptions.take(.acknowledged(last), at: probe)
            guard case .subscribe(let target)? = next.first else { break }
            #expect(next.count == 1)
            order.append(target)
        }
        #expect(Set(order) == Set(targets))
        #expect(subscriptions.activeCount == 3)
    }

    @Test("of a device that was away are made again at once, active or not")
    func returned() {
        var subscriptions = ChangeSubscriptions()
        let targets = (1...2).map { ChangeSubscriptionsTests.target($0) }
        for target in targets {
            _ = subscriptions.take(.add(target, alsoPolls: false), at: .zero)
            _ = subscriptions.take(.acknowledged(target), at: .zero)
        }
        #expect(subscriptions.take(.lost(7), at: .seconds(10)) == [])
        #expect(subscriptions.activeCount == 0)
        #expect(subscriptions.nextDeadline == nil)
        #expect(subscriptions.take(.returned(7), at: .seconds(90)) == [.subscribe(targets[0])])
        #expect(
            subscriptions.take(.acknowledged(targets[0]), at: .seconds(90))
                == [.subscribe(targets[1])])
    }

    @Test("that a poll finds forgotten are made again, and counted")
    func verification() {
        var subscriptions = ChangeSubscriptions()
        let target = ChangeSubscriptionsTests.target(1)
        _ = subscriptions.take(.add(target, alsoPolls: false), at: .zero)
        _ = subscriptions.take(.acknowledged(target), at: .zero)
        _ = subscriptions.take(.notified(target, 20), at: .zero)
        #expect(subscriptions.take(.polled(target, 20.4, increment: 0.5), at: .zero) == [])
        #expect(subscriptions.take(.polled(target, 25, increment: nil), at: .zero) == [])
        #expect(
            subscriptions.take(.polled(target, 20.6, increment: 0.5), at: .zero)
                == [.subscribe(target)])
        #expect(subscriptions.missedChangeCount == 1)
        #expect(subscriptions.isPolled(target, atTick: 1))
    }

    @Test("are polled besides if that is requested")
    func both() {
        var subscriptions = ChangeSubscriptions()
        let target = ChangeSubscriptionsTests.target(1)
        _ = subscriptions.take(.add(target, alsoPolls: true), at: .zero)
        _ = subscriptions.take(.acknowledged(target), at: .zero)
        #expect(subscriptions.isPolled(target, atTick: 1))
        _ = subscriptions.take(.add(target, alsoPolls: false), at: .zero)
        #expect(!subscriptions.isPolled(target, atTick: 1))
    }

    /// Devices that accept, refuse and are silent at random: at most one request is open to each, a
    /// point counts as subscribed only while its device has the subscription, and after the end none
    /// has one.
    @Test("hold in random histories", arguments: 0..<40 as Range<UInt64>)
    func random(seed: UInt64) {
        var trial = ChangeTrial(seed: seed)
        trial.run()
        #expect(trial.failure == nil, "seed \(seed): \(trial.failure ?? "")")
    }

    @Test("have deadlines in the order of time", arguments: 0..<20 as Range<UInt64>)
    func deadlines(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var heap = DeadlineHeap<Int>()
        var model: [Int: Duration] = [:]
        for _ in 0..<2000 {
            let key = Int.random(in: 0..<40, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                let now = Duration.seconds(Int.random(in: 0..<100, using: &random))
                let due = heap.takeDue(at: now)
                #expect(Set(due) == Set(model.filter { $0.value <= now }.keys))
                #expect(due.compactMap { model[$0] } == due.compactMap { model[$0] }.sorted())
                for key in due { model[key] = nil }
            case 1:
                heap.set(nil, of: key)
                model[key] = nil
            default:
                let deadline = Duration.seconds(Int.random(in: 0..<100, using: &random))
                heap.set(deadline, of: key)
                model[key] = deadline
            }
            #expect(heap.next == model.values.min())
        }
    }
}

private struct ChangeTrial {
    struct FakeDevice {
        /// Until when it keeps a subscription.
        var held: [ChangeTarget: Duration] = [:]
        var open: ChangeTarget?
        var isSilent = false
        var room = 8
    }

    var random: SplitMix64
    var subscriptions = ChangeSubscriptions()
    var devices: [DeviceID: FakeDevice] = [:]
    var now = Duration.zero
    var failure: String?
    let targets: [ChangeTarget]

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        targets = (1...4).flatMap { device in
            (1...6).map { number in
                ChangeTarget(
                    point: PointAddress(
                        device: DeviceID(UInt32(device)), type: .variable, number: UInt32(number)),
                    object: ObjectIdentifier(.analogValue, UInt32(number)))
            }
        }
        for target in targets { devices[target.device] = FakeDevice() }
    }

    mutating func run() {
        for target in targets { take(.add(target, alsoPolls: false)) }
        for _ in 0..<400 where failure == nil { step() }
        // All devices are well again: in the end every point has its subscription.
        for device in devices.keys {
            devices[device]?.isSilent = false
            devices[device]?.room = 8
            take(.returned(device))
        }
        for _ in 0..<400 where failure == nil {
            replyToAll()
            passTime(by: .seconds(60))
        }
        replyToAll()
        if failure == nil, subscriptions.activeCount != subscriptions.count {
            failure = "\(subscriptions.activeCount) of \(subscriptions.count) are active"
        }
        take(.stop)
        replyToAll()
        if failure == nil, devices.values.contains(where: { !$0.held.isEmpty }) {
            failure = "a device has subscriptions after the end"
        }
    }

    private mutating func step() {
        let target = targets.randomElement(using: &random)!
        switch Int.random(in: 0..<16, using: &random) {
        case 0: devices[target.device]?.isSilent.toggle()
        case 1: devices[target.device]?.room = .random(in: 0...8, using: &random)
        case 2:
            devices[target.device]?.held = [:]
            take(.returned(target.device))
        case 3: take(.remove(target))
        case 4: take(.add(target, alsoPolls: false))
        case 5: take(.lost(target.device))
        case 6...9: reply(target.device)
        case 10: replyToAll()
        default: passTime(by: .seconds(Int.random(in: 1...200, using: &random)))
        }
    }

    private mutating func passTime(by duration: Duration) {
        let end = now + duration
        while let deadline = subscriptions.nextDeadline, deadline <= end {
            now = max(now, deadline)
            take(.timePassed)
        }
        now = end
        for (device, state) in devices {
            devices[device]?.held = state.held.filter { $0.value > now }
        }
        checkActive()
    }

    private mutating func replyToAll() {
        while let device = devices.first(where: { $0.value.open != nil })?.key { reply(device) }
    }

    private mutating func reply(_ id: DeviceID) {
        guard var device = devices[id], let target = device.open else { return }
        device.open = nil
        let isKnown = device.held[target] != nil
        if device.isSilent {
            devices[id] = device
            take(.unanswered(target))
        } else if isKnown || device.held.count < device.room {
            device.held[target] = now + .seconds(600)
            devices[id] = device
            take(.acknowledged(target))
        } else {
            devices[id] = device
            take(.refused(target, isForGood: false))
        }
    }

    private mutating func take(_ event: ChangeSubscriptions.Event) {
        for action in subscriptions.take(event, at: now) {
            switch action {
            case .subscribe(let target):
                if devices[target.device]?.open != nil { failure = "two requests are open" }
                devices[target.device]?.open = target
            case .cancel(let target): devices[target.device]?.held[target] = nil
            }
        }
    }

    /// A point that is not polled is one whose device has the subscription, unless someone made the
    /// device forget it without a word.
    private mutating func checkActive() {
        for target in targets where !subscriptions.isPolled(target, atTick: 1) {
            if devices[target.device]?.held[target] == nil {
                failure = "\(target.point) is not polled, and not subscribed to"
            }
        }
    }
}
