import Dispatch

/// Threads for work that may wait for the disk, so that the threads of Swift's tasks, which are as many
/// as cores, stay free for connections.
final class WorkerThreads: TaskExecutor {
    private let queue = DispatchQueue(label: "almanacd.work", attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { [self] in unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}
