/// Learns of tasks that wait for a thread which does not run tasks.
///
/// A run on virtual time moves its clock on when all of its tasks wait. It must not while one of them
/// waits for the disk.
package struct WaitObserver: Sendable {
    private let begins: @Sendable () -> Void
    private let ends: @Sendable () -> Void

    package init(begins: @escaping @Sendable () -> Void, ends: @escaping @Sendable () -> Void) {
        self.begins = begins
        self.ends = ends
    }

    func waitBegins() { begins() }
    func waitEnds() { ends() }
}

package enum OutsideWaits {
    /// Of the task and those that it starts; nil outside of simulations.
    @TaskLocal package static var observer: WaitObserver?

    /// Awaits what other threads do.
    package static func observed<Result>(_ body: () async -> Result) async -> Result {
        guard let observer else { return await body() }
        observer.waitBegins()
        defer { observer.waitEnds() }
        return await body()
    }
}
