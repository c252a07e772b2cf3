import Dispatch
import DurableFiles
import Foundation
import SegmentStore
import Synchronization
import TestSupport
import Testing

/// At each operation of one call, another call starts in another thread, while that operation
/// fails, the disk crashes, or nothing goes wrong.
///
/// Every trial with one thread passed while a flush that waited for a failing append wrote the
/// refused samples, and while a removal lost count of what was appended beside it.
@Suite("Two operations") struct TwoOperationTests {
    /// One in so many of all trials; `ALMANAC_PAIR_STRIDE=1` for all.
    private static let stride =
        ProcessInfo.processInfo.environment["ALMANAC_PAIR_STRIDE"].flatMap(Int.init) ?? 11

    @Test(
        "leave what was acknowledged, once, nothing that was refused, right counts and no deadlock",
        arguments: PairedCall.Kind.allCases)
    func pairs(_ kind: PairedCall.Kind) throws {
        let disk = try PairTrial.prepared()
        let first = PairedCall(kind: kind, role: 0)
        let operations = try PairTrial.operations(of: first, disk)
        let trials = PairedCall.Kind.allCases.flatMap { other in
            operations.enumerated().flatMap { index, operation in
                PairFault.all(for: operation).map { fault in
                    PairTrial(
                        first: first, second: PairedCall(kind: other, role: 1), fault: fault,
                        number: index + 1)
                }
            }
        }
        let chosen = trials.indices.filter { $0 % TwoOperationTests.stride == 0 }
        #expect(chosen.count > 1)
        let failures = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: chosen.count) { index in
            let trial = trials[chosen[index]]
            do { try trial.run(disk) } catch {
                failures.withLock {
                    $0.append(
                        "\(trial.first) at operation \(trial.number) "
                            + "(\(operations[trial.number - 1])), \(trial.fault), "
                            + "\(trial.second): \(error)")
                }
            }
        }
        print("\(chosen.count) of \(trials.count) trials with \(kind) first")
        #expect(failures.withLock { $0.prefix(8) } == [])
    }
}
