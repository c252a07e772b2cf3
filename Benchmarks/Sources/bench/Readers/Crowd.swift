import Almanac
import Foundation
import Synchronization

/// Readers on threads of their own, each of which asks a hundred times a second.
///
/// A thread that asked again at once would measure how the system shares its cores among them, with a
/// writer or without.
final class Crowd: Sendable {
    enum Question: Int, CaseIterable {
        case pointInTime
        case range
        case latest

        var name: String {
            switch self {
            case .pointInTime: "value in time"
            case .range: "range of 1,000"
            case .latest: "latest value"
            }
        }
    }

    private static let pause = 0.01
    private static let rangeCount = 1000

    private let store: CrowdStore
    private let isOver = Atomic(false)
    private let figures = Mutex([[UInt64]](repeating: [], count: Question.allCases.count))
    private let failure = Mutex<String?>(nil)

    init(_ store: CrowdStore) { self.store = store }

    /// Asks for so long, by so many readers.
    ///
    /// - Returns: the nanoseconds of each question, ascending, by kind.
    /// - Throws: ``WrongAnswer`` for the first answer that is wrong.
    func ask(readers count: Int, seconds: Int) throws -> [[UInt64]] {
        let group = DispatchGroup()
        for number in 0..<count {
            group.enter()
            Thread { [self] in
                run(SampleRandom(seed: UInt64(number + 1)))
                group.leave()
            }.start()
        }
        Thread.sleep(forTimeInterval: Double(seconds))
        isOver.store(true, ordering: .releasing)
        group.wait()
        if let failure = failure.withLock({ $0 }) { throw WrongAnswer(failure) }
        return figures.withLock { $0.map { $0.sorted() } }
    }

    private func run(_ random: SampleRandom) {
        var random = random
        var own = [[UInt64]](repeating: [], count: Question.allCases.count)
        // Not all of them ask in the same moment.
        Thread.sleep(forTimeInterval: Crowd.pause * Double(random.below(1000)) / 1000)
        do {
            while !isOver.load(ordering: .acquiring) {
                let question = Question.allCases[random.below(Question.allCases.count)]
                own[question.rawValue].append(try time(question, &random))
                Thread.sleep(forTimeInterval: Crowd.pause)
            }
        } catch { failure.withLock { $0 = $0 ?? "\(error)" } }
        figures.withLock { all in
            for kind in own.indices { all[kind] += own[kind] }
        }
    }

    private func time(_ question: Question, _ random: inout SampleRandom) throws -> UInt64 {
        let place = random.below(store.points.count)
        let point = store.points[place]
        let slot = random.below(CrowdStore.slotCount - Crowd.rangeCount)
        switch question {
        case .pointInTime:
            let moment = Timestamp(milliseconds: CrowdStore.time(of: slot).milliseconds + 1)
            return try timed {
                try store.manager.value(of: point, at: moment)
            } then: { sample in
                guard sample?.value == CrowdStore.value(of: place, at: slot) else {
                    throw WrongAnswer("\(point) at slot \(slot): \(String(describing: sample))")
                }
            }
        case .range:
            let end = CrowdStore.time(of: slot + Crowd.rangeCount)
            let range = TimeRange(from: CrowdStore.time(of: slot), to: end)!
            return try timed {
                try store.manager.samples(of: point, in: range)
            } then: { samples in
                let isRight = samples.elementsEqual(slot..<(slot + Crowd.rangeCount)) {
                    $0.time == CrowdStore.time(of: $1)
                        && $0.value == CrowdStore.value(of: place, at: $1)
                }
                guard isRight else { throw WrongAnswer("\(point): \(samples.count) samples") }
            }
        case .latest:
            let least = store.acknowledged.load(ordering: .acquiring) - 1
            return try timed {
                try store.manager.snapshot().latestValue(of: point)
            } then: { sample in
                // What was acknowledged before the question is there, and nothing never begun.
                let most = store.begun.load(ordering: .acquiring) - 1
                let isRight = (least...most).contains {
                    sample?.time == CrowdStore.time(of: $0)
                        && sample?.value == CrowdStore.value(of: place, at: $0)
                }
                guard isRight else {
                    throw WrongAnswer(
                        "newest of \(point): \(String(describing: sample)), slot \(least) to \(most)"
                    )
                }
            }
        }
    }
}
