import Dispatch
import DurableFiles
import Synchronization
import Testing

/// Writes once waited on a concurrent dispatch queue, whose threads on Linux are those of Swift's tasks:
/// two writes that waited for the disk stopped everything asynchronous of a process with two cores.
@Suite("Threads for calls that block") struct BlockingThreadsTests {
    /// Blocks the threads that pass it until it is opened.
    private final class Door: Sendable {
        private let semaphore = DispatchSemaphore(value: 0)
        func pass() {
            semaphore.wait()
            semaphore.signal()
        }
        func open() { semaphore.signal() }
    }

    @Test("runs jobs in the order in which they were added")
    func order() async throws {
        let threads = BlockingThreads(name: "test", threadCountMax: 1)
        let seen = Guarded<[Int]>([])
        let door = Door()
        threads.start { door.pass() }
        for number in 0..<500 { threads.start { seen.withLock { $0.append(number) } } }
        door.open()
        try await threads.run {}
        #expect(seen.withLock { $0 } == Array(0..<500))
    }

    @Test("leaves the tasks of the process alone while every thread is blocked")
    func tasksGoOn() async throws {
        let threads = BlockingThreads(name: "test", threadCountMax: 4)
        let door = Door()
        async let blocked: Void = withTaskGroup(of: Void.self) { group in
            for _ in 0..<64 { group.addTask { try? await threads.run { door.pass() } } }
        }
        // Each sleep needs a thread of the tasks to end it.
        for _ in 0..<20 { try await Task.sleep(for: .milliseconds(1)) }
        while threads.waitingCount < 60 { await Task.yield() }
        #expect(threads.threadCount == 4)
        door.open()
        await blocked
        #expect(threads.waitingCount == 0)
    }

    @Test("starts no thread before there is a job, and no more than it may")
    func bound() async throws {
        let threads = BlockingThreads(
            name: "test", threadCountMax: 3, idleSeconds: 3600)
        #expect(threads.threadCount == 0)
        try await threads.run {}
        #expect(threads.threadCount == 1)
        let door = Door()
        for _ in 0..<10 { threads.start { door.pass() } }
        #expect(threads.threadCount == 3)
        door.open()
    }

    @Test("ends a thread that has had no job for a while, and starts another for the next job")
    func idle() async throws {
        let threads = BlockingThreads(name: "test", threadCountMax: 3, idleSeconds: 0)
        for _ in 0..<3 {
            try await threads.run {}
            while threads.threadCount > 0 { await Task.yield() }
        }
    }

    @Test("refuses one job more than may wait")
    func full() async throws {
        let threads = BlockingThreads(name: "test", threadCountMax: 1, waitingCountMax: 2)
        let door = Door()
        let isInside = Atomic(false)
        threads.start {
            isInside.store(true, ordering: .releasing)
            door.pass()
        }
        while !isInside.load(ordering: .acquiring) { await Task.yield() }
        #expect(threads.start {})
        #expect(threads.start {})
        #expect(!threads.start {})
        await #expect(throws: BlockingThreads.Refusal.full) { try await threads.run {} }
        door.open()
        while threads.waitingCount > 0 { await Task.yield() }
        try await threads.run {}
    }

    @Test("runs what was added before it was closed, and refuses what comes later")
    func closing() async throws {
        let threads = BlockingThreads(name: "test", threadCountMax: 1)
        let door = Door()
        let ran = Guarded(0)
        threads.start { door.pass() }
        for _ in 0..<50 { threads.start { ran.withLock { $0 += 1 } } }
        threads.close()
        threads.close()
        await #expect(throws: BlockingThreads.Refusal.closed) { try await threads.run {} }
        door.open()
        while threads.threadCount > 0 { await Task.yield() }
        #expect(ran.withLock { $0 } == 50)
    }

    @Test("finishes its jobs after its owner has let it go")
    func release() async {
        let ran = Guarded(0)
        let door = Door()
        do {
            let threads = BlockingThreads(name: "test", threadCountMax: 2)
            for _ in 0..<2 { threads.start { door.pass() } }
            for _ in 0..<50 { threads.start { ran.withLock { $0 += 1 } } }
        }
        door.open()
        while ran.withLock({ $0 }) < 50 { await Task.yield() }
    }

    @Test("takes a cancelled job out of the queue, and no other", arguments: [true, false])
    func cancellation(isCancellable: Bool) async throws {
        let threads = BlockingThreads(name: "test", threadCountMax: 1)
        let door = Door()
        let isInside = Atomic(false)
        threads.start {
            isInside.store(true, ordering: .releasing)
            door.pass()
        }
        while !isInside.load(ordering: .acquiring) { await Task.yield() }
        let ran = Guarded<[String]>([])
        let first = Task {
            try await threads.run(isCancellable: isCancellable) {
                ran.withLock { $0.append("first") }
            }
        }
        while threads.waitingCount == 0 { await Task.yield() }
        threads.start { ran.withLock { $0.append("second") } }
        first.cancel()
        if isCancellable {
            // Answered while the only thread is still blocked.
            await #expect(throws: BlockingThreads.Refusal.cancelled) { try await first.value }
        }
        door.open()
        try await threads.run {}
        #expect(ran.withLock { $0 } == (isCancellable ? ["second"] : ["first", "second"]))
    }

    @Test("does not begin a job of a task that is cancelled already")
    func cancelledBefore() async {
        let threads = BlockingThreads(name: "test", threadCountMax: 1)
        let task = Task { () async -> Bool in
            while !Task.isCancelled { await Task.yield() }
            do throws(BlockingThreads.Refusal) {
                try await threads.run(isCancellable: true) {}
                return false
            } catch { return error == .cancelled }
        }
        task.cancel()
        #expect(await task.value)
        #expect(threads.threadCount == 0)
    }
}

@Suite("Parallel work") struct ParallelWorkTests {
    private final class Sum: Sendable { let value = Guarded(0) }

    @Test("does each number once", arguments: [0, 1, 2, 7, 1000])
    func each(count: Int) {
        let seen = Guarded([Int](repeating: 0, count: count))
        ParallelWork.perform(count) { index in seen.withLock { $0[index] += 1 } }
        #expect(seen.withLock { $0 } == [Int](repeating: 1, count: count))
    }

    @Test("may be nested, and asked from many threads at once")
    func nested() async {
        let sum = Sum()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    ParallelWork.perform(10) { _ in
                        ParallelWork.perform(10) { inner in sum.value.withLock { $0 += inner } }
                    }
                }
            }
        }
        #expect(sum.value.withLock { $0 } == 16 * 10 * 45)
    }
}
